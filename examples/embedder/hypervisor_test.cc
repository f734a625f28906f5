// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hypervisor.h"

#include <gtest/gtest.h>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "host.h"

// The same tests on the simulator and at EL2.
namespace embedder {
namespace {

using trivet::Status;
using trivet::hal::Cpu;

/// What the host would notice if Trivet left something behind.
struct HostRegisters {
  std::uint64_t vbar = Cpu::Read<trivet::hal::VbarEl2>().raw();
  std::uint64_t hcr = Cpu::Read<trivet::hal::HcrEl2>().raw();
  std::uint64_t vttbr = Cpu::Read<trivet::hal::VttbrEl2>().raw();
  bool operator==(const HostRegisters&) const = default;
};

TEST(Embedder, RunsItsGuestAndLeavesTheHostAsItWas) {
  Machine machine;
  static Hypervisor hypervisor;
  const HostRegisters before;
  ASSERT_EQ(hypervisor.Start(), Status::kOk);

  const auto result = hypervisor.RunGuest(machine, GuestEntry());
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(*result, 42u);
  EXPECT_TRUE(hypervisor.printed() == "hi");

  EXPECT_EQ(hypervisor.Stop(), Status::kOk);
  EXPECT_TRUE(HostRegisters() == before);
}

TEST(Embedder, AnInterruptDuringTheGuestReachesTheHostsHandlerOnce) {
  Machine machine;
  static Hypervisor hypervisor;
  ASSERT_EQ(hypervisor.Start(), Status::kOk);
  machine.RaiseInterrupt();
  EXPECT_EQ(machine.InterruptsTaken(), 0u);

  const auto result = hypervisor.RunGuest(machine, GuestEntry());
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(machine.InterruptsTaken(), 1u);
  EXPECT_EQ(hypervisor.Stop(), Status::kOk);
}

TEST(Embedder, StartingTwiceIsAnError) {
  Machine machine;
  static Hypervisor hypervisor;
  ASSERT_EQ(hypervisor.Start(), Status::kOk);
  EXPECT_EQ(hypervisor.Start(), Status::kAlreadyCreated);
  EXPECT_EQ(hypervisor.Stop(), Status::kOk);
}

}  // namespace
}  // namespace embedder
