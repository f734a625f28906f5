// SPDX-License-Identifier: Apache-2.0 OR MIT
// Mistakes of callers and handlers, in every environment.

#include <gtest/gtest.h>

#include <type_traits>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using Cpu0 = percpu::PerCpu<TestHost>;

/// A host that supplies its handlers only later.
struct LateHost {
  static inline bool ready = false;
  static vectors::Handlers HandlersFor(CpuId cpu) {
    return ready ? TestHost::HandlersFor(cpu) : ForgetfulHost::HandlersFor(cpu);
  }
  static std::uint64_t PhysicalAddressOf(const void* address) {
    return TestHost::PhysicalAddressOf(address);
  }
};

class Caller : public ::testing::TestWithParam<HostKind> {
 protected:
  Caller() : machine_(GetParam()) { TestHost::Here() = {}; }
  Machine machine_;
};

// C1: an object whose creation failed was used as if it had succeeded, and could not be created
// again.
TEST_P(Caller, AFailedCreateLeavesAnObjectThatRefusesEverythingAndCanBeCreatedLater) {
  const HostView before = HostView::Now();
  LateHost::ready = false;
  percpu::PerCpu<LateHost> cpu;
  EXPECT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kHandlerMissing);
  EXPECT_EQ(cpu.HardwareEnable(), Status::kNotCreated);
  EXPECT_EQ(cpu.Resumed(), Status::kNotCreated);
  EXPECT_EQ(cpu.HandOver(), Status::kNotCreated);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kNotEnabled);
  EXPECT_EQ(cpu.Audit(), Status::kNotEnabled);
  EXPECT_TRUE(HostView::Now() == before);
  LateHost::ready = true;
  EXPECT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  EXPECT_EQ(cpu.HardwareEnable(), Status::kOk);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before);
}

// C2: the destructor asserted, read a register of the CPU it ran on, and disabled that CPU.
TEST_P(Caller, DestroyingAnObjectOfAnyStateDoesNothing) {
  static_assert(std::is_trivially_destructible_v<Cpu0>);
  const HostView before = HostView::Now();
  {
    [[maybe_unused]] Cpu0 vacant;
    Cpu0 created;
    ASSERT_EQ(created.Create(CpuId{0x77}), Status::kOk);
  }
  EXPECT_TRUE(HostView::Now() == before);
}

// T2: one CPU's disable withdrew the handler that another CPU had just installed.
TEST_P(Caller, AnotherObjectLeavesThisCpusHandlersAlone) {
  Cpu0 cpu, other;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  ASSERT_EQ(other.Create(CpuId{0x77}), Status::kOk);
  EXPECT_EQ(other.HardwareEnable(), Status::kWrongCpu);
  EXPECT_EQ(other.HardwareDisable(), Status::kNotEnabled);
  other.PoweredDown();
  EXPECT_EQ(other.HandOver(), Status::kWrongCpu);
  machine_.TriggerIrq();
  OpenInterruptWindow();
  EXPECT_EQ(TestHost::Here().irqs + HostTableIrqs(), 1u);
  EXPECT_EQ(HostTableIrqs(), GetParam() == HostKind::kVhe ? 1u : 0u);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
}

// T3: enabling twice counted two users, and one disable left the handler installed.
TEST_P(Caller, OneDisableIsEnoughAfterARefusedSecondEnable) {
  Cpu0 cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  EXPECT_EQ(cpu.HardwareEnable(), Status::kAlreadyEnabled);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  machine_.TriggerIrq();
  OpenInterruptWindow();
  EXPECT_EQ(HostTableIrqs(), 1u);
  EXPECT_EQ(TestHost::Here().irqs, 0u);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, Caller,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
