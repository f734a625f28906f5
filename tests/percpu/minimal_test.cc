// SPDX-License-Identifier: Apache-2.0 OR MIT
// The rules that MinimalCpu keeps, in every environment.

#include <gtest/gtest.h>

#include "hal/cpu.h"
#include "percpu/minimal_cpu.h"
#include "percpu/stage2_guard.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vectors/table.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using percpu::MaskedAndPinned;

constexpr MaskedAndPinned kPromise;

class MinimalContract : public ::testing::TestWithParam<HostKind> {
 protected:
  MinimalContract() : machine_(GetParam()) {
    TestHost::Here() = {};
    // The caller's duties.
    Cpu::Write<VtcrEl2>(percpu::OneLevelStage2());
    Cpu::Write<VttbrEl2>(
        VttbrEl2::FromRaw(percpu::PhysicalAddressOf<TestHost>(percpu::kEmptyStage2)));
    Cpu::Isb();
  }

  Machine machine_;
};

TEST_P(MinimalContract, EnableAndDisableLeaveTheHostAsItWas) {
  const HostView before = HostView::Now();
  percpu::MinimalCpu<TestHost> cpu;
  ASSERT_EQ(cpu.Claim(kPromise), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(kPromise), Status::kOk);
  EXPECT_TRUE(cpu.IsEnabled());
  EXPECT_EQ(Cpu::Read<HcrEl2>().raw(), before.hcr | percpu::DefaultPolicy::kHcrSet.raw());
  EXPECT_EQ(Cpu::Read<VbarEl2>().raw(), vectors::TableBase());
  ASSERT_EQ(cpu.HardwareDisable(kPromise), Status::kOk);
  ASSERT_EQ(cpu.Release(kPromise), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before);
}

TEST_P(MinimalContract, MissingAndDoubleCallsAreErrorsAndTouchNothing) {
  const HostView before = HostView::Now();
  percpu::MinimalCpu<TestHost> cpu;
  EXPECT_EQ(cpu.HardwareEnable(kPromise), Status::kNotCreated);
  EXPECT_EQ(cpu.HardwareDisable(kPromise), Status::kNotEnabled);
  EXPECT_EQ(cpu.Release(kPromise), Status::kNotCreated);
  EXPECT_TRUE(HostView::Now() == before);
  ASSERT_EQ(cpu.Claim(kPromise), Status::kOk);
  EXPECT_EQ(cpu.Claim(kPromise), Status::kAlreadyCreated);
  ASSERT_EQ(cpu.HardwareEnable(kPromise), Status::kOk);
  EXPECT_EQ(cpu.HardwareEnable(kPromise), Status::kAlreadyEnabled);
  EXPECT_EQ(cpu.Release(kPromise), Status::kAlreadyEnabled);
  ASSERT_EQ(cpu.HardwareDisable(kPromise), Status::kOk);
  EXPECT_EQ(cpu.HardwareDisable(kPromise), Status::kNotEnabled);
  ASSERT_EQ(cpu.Release(kPromise), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before);
}

TEST_P(MinimalContract, InterruptsReachTheHostsHandlerWhileEnabledAndItsTableAfterwards) {
  percpu::MinimalCpu<TestHost> cpu;
  ASSERT_EQ(cpu.Claim(kPromise), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(kPromise), Status::kOk);
  machine_.TriggerIrq();
  OpenInterruptWindow();
  EXPECT_EQ(TestHost::Here().irqs, 1u);
  ASSERT_EQ(cpu.HardwareDisable(kPromise), Status::kOk);
  machine_.TriggerIrq();
  OpenInterruptWindow();
  EXPECT_EQ(HostTableIrqs(), 1u);
  ASSERT_EQ(cpu.Release(kPromise), Status::kOk);
}

TEST_P(MinimalContract, AMissingHandlerIsAnErrorBeforeAnyVectorCanUseIt) {
  const HostView before = HostView::Now();
  percpu::MinimalCpu<ForgetfulHost> cpu;
  EXPECT_EQ(cpu.Claim(kPromise), Status::kHandlerMissing);
  EXPECT_TRUE(HostView::Now() == before);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, MinimalContract,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge));

TEST(MinimalCpu, AVheHostIsRefusedAndNothingIsTouched) {
  Machine machine(HostKind::kVhe);
  const HostView before = HostView::Now();
  percpu::MinimalCpu<TestHost> cpu;
  EXPECT_EQ(cpu.Claim(kPromise), Status::kUnsupportedFeature);
  EXPECT_TRUE(HostView::Now() == before);
}

TEST(MinimalCpu, IsAPage) {
  static_assert(sizeof(percpu::MinimalCpu<TestHost>) == 4096);
  static_assert(alignof(percpu::MinimalCpu<TestHost>) == 4096);
}

}  // namespace
}  // namespace trivet::tests
