// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest with debug takes its own breakpoint at its own EL1; its host takes none.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/guest_code.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

// el2_debug.S, el2_offers.S.
extern "C" {
extern const char trivet_debug_guest[], trivet_offer_vectors[];
}

namespace trivet::tests::debug_functest {
namespace {

using percpu::HostKind;

constexpr std::uint16_t kByVector = 0x55;    // HVC of trivet_offer_vectors.
constexpr std::uint64_t kBreakpoint = 0x31;  // ESR_EL1.EC, from the same level.
constexpr unsigned kAddress = 10;

[[clang::no_destroy]] vcpu::BlockStage2 stage2;

class GuestDebug : public ::testing::TestWithParam<HostKind> {};

TEST_P(GuestDebug, StopsAtTheGuestsBreakpointAtItsOwnLevel) {
  const auto address = [](const void* p) { return reinterpret_cast<std::uint64_t>(p); };
  Machine machine(GetParam());
  stage2 = {};
  EXPECT_EQ(GuestCode(address(trivet_debug_guest)).Map(stage2), Status::kOk);
  percpu::PerCpu<TestHost> cpu;
  ASSERT_EQ(cpu.Create(hal::Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  vcpu::Vcpu guest({.entry = address(trivet_debug_guest),
                    .vtcr = vcpu::BlockStage2::vtcr(),
                    .vttbr = vcpu::BlockStage2::vttbr(address(&stage2), 9),
                    .open = hal::Capability::kDebug});
  for (int round = 0; round < 2; ++round) {
    guest.frame().pc = address(trivet_debug_guest);
    guest.frame().pstate = 0x3c5;
    guest.frame().x[9] = address(trivet_offer_vectors);
    const Result<vcpu::Exit> exit = guest.Run(cpu);
    ASSERT_TRUE(exit.has_value());
    ASSERT_EQ(exit->reason, vcpu::ExitReason::kHypercall);
    EXPECT_EQ(exit->syndrome.immediate(), kByVector);
  }
  EXPECT_EQ(guest.Unload(cpu), Status::kOk);
  EXPECT_EQ(guest.registers().load.Get<hal::EsrEl1>().raw() >> 26 & 0x3f, kBreakpoint);
  EXPECT_EQ(guest.registers().load.Get<hal::ElrEl1>().raw(), guest.frame().x[kAddress]);
  EXPECT_EQ(guest.registers().debug.breakpoints[0], guest.frame().x[kAddress]);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, GuestDebug,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests::debug_functest
