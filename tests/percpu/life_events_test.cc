// SPDX-License-Identifier: Apache-2.0 OR MIT
// Events besides enable and disable: suspend, power-down, hand-over, panic. In every environment,
// under every kind of host.

#include <gtest/gtest.h>

#include <cstdint>

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

class LifeEvents : public ::testing::TestWithParam<HostKind> {
 protected:
  LifeEvents() : machine_(GetParam()), host_(HostView::Now()) { TestHost::Here() = {}; }

  void CreateAndEnable(Cpu0& cpu) {
    ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
    ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  }
  void CreateAndSuspend(Cpu0& cpu) {
    CreateAndEnable(cpu);
    ASSERT_EQ(cpu.PrepareSuspend(), Status::kOk);
  }

  /// The registers after a host's resume path that does not restore everything.
  void HostComesBackDifferent() {
    Cpu::Write<TpidrEl2>(TpidrEl2::FromRaw(0x5000));
    Cpu::Write<CntvoffEl2>(CntvoffEl2::FromRaw(0x77));
    Cpu::Write<HcrEl2>(Cpu::Read<HcrEl2>().twi(true));
    Cpu::Isb();
  }
  void HostIsItselfAgain() {
    Cpu::Write<TpidrEl2>(TpidrEl2::FromRaw(host_.tpidr));
    Cpu::Write<CntvoffEl2>(CntvoffEl2::FromRaw(host_.cntvoff));
    Cpu::Write<HcrEl2>(HcrEl2::FromRaw(host_.hcr));
    Cpu::Isb();
  }
  void ExpectTheHostTakesItsInterrupts() {
    machine_.TriggerIrq();
    OpenInterruptWindow();
    EXPECT_EQ(HostTableIrqs(), 1u);
    EXPECT_EQ(TestHost::Here().irqs, 0u);
  }

  Machine machine_;
  const HostView host_;
};

TEST_P(LifeEvents, PrepareSuspendRestoresTheHostsRegistersForItToSave) {
  Cpu0 cpu;
  CreateAndSuspend(cpu);
  EXPECT_FALSE(cpu.IsEnabled());
  EXPECT_TRUE(HostView::Now() == host_);
  ExpectTheHostTakesItsInterrupts();
}

TEST_P(LifeEvents, ASuspendThatFailedLeavesTheCpuAsItWasEnabled) {
  Cpu0 cpu;
  CreateAndEnable(cpu);
  const HostView enabled = HostView::Now();
  ASSERT_EQ(cpu.PrepareSuspend(), Status::kOk);
  ASSERT_EQ(cpu.SuspendFailed(), Status::kOk);
  EXPECT_TRUE(cpu.IsEnabled());
  EXPECT_TRUE(HostView::Now() == enabled);
  EXPECT_EQ(cpu.Audit(), Status::kOk);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == host_);
}

TEST_P(LifeEvents, AResumeSavesTheHostsPresentRegistersAndDisableRestoresThem) {
  Cpu0 cpu;
  CreateAndSuspend(cpu);
  HostComesBackDifferent();
  const HostView returned = HostView::Now();
  ASSERT_EQ(cpu.Resumed(), Status::kOk);
  EXPECT_TRUE(cpu.IsEnabled());
  EXPECT_EQ(cpu.host_tpidr().raw(), 0x5000u);
  EXPECT_TRUE(cpu.host_hcr().twi());
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == returned);
  HostIsItselfAgain();
}

TEST_P(LifeEvents, ASuspendThatFailedButLostPowerIsAnErrorThatNamesARegister) {
  Cpu0 cpu;
  CreateAndSuspend(cpu);
  HostComesBackDifferent();
  const HostView returned = HostView::Now();
  EXPECT_EQ(cpu.SuspendFailed(), Status::kLostState);
  EXPECT_EQ(cpu.last_error().register_id, RegisterId::kHcrEl2);
  EXPECT_EQ(cpu.last_error().expected, host_.hcr);
  EXPECT_EQ(cpu.last_error().got, returned.hcr);
  EXPECT_TRUE(HostView::Now() == returned);
  EXPECT_FALSE(cpu.IsEnabled());
  EXPECT_EQ(cpu.Resumed(), Status::kOk);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  HostIsItselfAgain();
}

TEST_P(LifeEvents, ASuspendThatFailedComparesEveryRegisterThatEnableChanges) {
  Cpu0 cpu;
  CreateAndSuspend(cpu);
  const VttbrEl2 host = Cpu::Read<VttbrEl2>();
  Cpu::Write<VttbrEl2>(VttbrEl2::FromRaw(host.raw() ^ 0x77'0000));
  Cpu::Isb();
  EXPECT_EQ(cpu.SuspendFailed(), Status::kLostState);
  EXPECT_EQ(cpu.last_error().register_id, RegisterId::kVttbrEl2);
  Cpu::Write<VttbrEl2>(host);
  HostIsItselfAgain();
  EXPECT_EQ(cpu.SuspendFailed(), Status::kOk);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_P(LifeEvents, EveryCallBetweenPrepareAndResumeIsItsOwnErrorAndTouchesNothing) {
  Cpu0 cpu;
  CreateAndSuspend(cpu);
  percpu::Plan plan;
  EXPECT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kAlreadyCreated);
  EXPECT_EQ(cpu.HardwareEnable(), Status::kSuspended);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kSuspended);
  EXPECT_EQ(cpu.PrepareSuspend(), Status::kSuspended);
  EXPECT_EQ(cpu.HandOver(), Status::kSuspended);
  EXPECT_EQ(cpu.Audit(), Status::kSuspended);
  EXPECT_EQ(cpu.PlanEnable(plan), Status::kSuspended);
  EXPECT_EQ(cpu.PlanDisable(plan), Status::kSuspended);
  EXPECT_EQ(cpu.CheckEnabledHere(), Status::kNotEnabled);
  EXPECT_TRUE(HostView::Now() == host_);
  EXPECT_EQ(cpu.SuspendFailed(), Status::kOk);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_P(LifeEvents, AResumeWithoutASuspendIsAnErrorForEachStateAndTouchesNothing) {
  Cpu0 cpu;
  for (const auto hook : {&Cpu0::Resumed, &Cpu0::SuspendFailed})
    EXPECT_EQ((cpu.*hook)(), Status::kNotCreated);
  EXPECT_EQ(cpu.PrepareSuspend(), Status::kNotEnabled);
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  for (const auto hook : {&Cpu0::Resumed, &Cpu0::SuspendFailed})
    EXPECT_EQ((cpu.*hook)(), Status::kNotEnabled);
  EXPECT_EQ(cpu.PrepareSuspend(), Status::kNotEnabled);
  EXPECT_TRUE(HostView::Now() == host_);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  const HostView enabled = HostView::Now();
  for (const auto hook : {&Cpu0::Resumed, &Cpu0::SuspendFailed})
    EXPECT_EQ((cpu.*hook)(), Status::kAlreadyEnabled);
  EXPECT_TRUE(HostView::Now() == enabled);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_P(LifeEvents, AResumeIntoAnotherUsersStage2IsAnErrorAndTouchesNothing) {
  Cpu0 cpu;
  CreateAndSuspend(cpu);
  Cpu::Write<HcrEl2>(Cpu::Read<HcrEl2>().vm(true));
  Cpu::Isb();
  const HostView foreign = HostView::Now();
  EXPECT_EQ(cpu.Resumed(), Status::kInUse);
  EXPECT_TRUE(HostView::Now() == foreign);
  HostIsItselfAgain();
  EXPECT_EQ(cpu.Resumed(), Status::kOk);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_P(LifeEvents, ASuspendIsRefusedWhileForeignVectorsAreInPlace) {
  if (GetParam() == HostKind::kVhe) GTEST_SKIP() << "the host has its own vectors whenever it runs";
  Cpu0 cpu;
  CreateAndEnable(cpu);
  const std::uint64_t ours = Cpu::Read<VbarEl2>().raw();
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(machine_.HostVectorBase()));
  Cpu::Isb();
  EXPECT_EQ(cpu.PrepareSuspend(), Status::kVectorsReplaced);
  EXPECT_EQ(cpu.HandOver(), Status::kVectorsReplaced);
  EXPECT_TRUE(cpu.IsEnabled());
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(ours));
  Cpu::Isb();
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_P(LifeEvents, ASuspendedCpuThatNeverComesBackIsEnabledAnew) {
  Cpu0 cpu;
  CreateAndSuspend(cpu);
  cpu.PoweredDown();
  EXPECT_EQ(cpu.Resumed(), Status::kNotEnabled);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == host_);
}

TEST_P(LifeEvents, HandOverRestoresExactlyAndRefusesEverythingUntilCreate) {
  Cpu0 cpu;
  EXPECT_EQ(cpu.HandOver(), Status::kNotCreated);
  CreateAndEnable(cpu);
  ASSERT_EQ(cpu.HandOver(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == host_);
  EXPECT_EQ(cpu.HardwareEnable(), Status::kNotCreated);
  EXPECT_EQ(cpu.Resumed(), Status::kNotCreated);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kNotEnabled);
  EXPECT_EQ(cpu.HandOver(), Status::kNotCreated);
  EXPECT_TRUE(HostView::Now() == host_);
  ExpectTheHostTakesItsInterrupts();
  CreateAndEnable(cpu);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  ASSERT_EQ(cpu.HandOver(), Status::kOk);  // Disabled: only the binding is left to remove.
  EXPECT_EQ(cpu.HardwareEnable(), Status::kNotCreated);
}

TEST_P(LifeEvents, HooksOfAnotherCpusObjectTouchNothing) {
  Cpu0 other;
  ASSERT_EQ(other.Create(CpuId{0x77}), Status::kOk);
  EXPECT_EQ(other.HandOver(), Status::kWrongCpu);
  EXPECT_EQ(other.Resumed(), Status::kWrongCpu);
  EXPECT_EQ(other.SuspendFailed(), Status::kWrongCpu);
  other.Panic();
  EXPECT_EQ(other.Create(CpuId{0x77}), Status::kAlreadyCreated);
  EXPECT_TRUE(HostView::Now() == host_);
}

TEST_P(LifeEvents, PanicRestoresTheHostFromEveryStateAndTwice) {
  Cpu0 cpu;
  cpu.Panic();
  EXPECT_TRUE(HostView::Now() == host_);
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  cpu.Panic();
  EXPECT_EQ(cpu.HardwareEnable(), Status::kNotCreated);
  CreateAndSuspend(cpu);
  cpu.Panic();
  EXPECT_EQ(cpu.Resumed(), Status::kNotCreated);
  CreateAndEnable(cpu);
  for (int i = 0; i < 2; ++i) {
    cpu.Panic();
    EXPECT_FALSE(cpu.IsEnabled());
    EXPECT_TRUE(HostView::Now() == host_);
  }
  EXPECT_EQ(cpu.HardwareEnable(), Status::kNotCreated);
  ExpectTheHostTakesItsInterrupts();
}

TEST_P(LifeEvents, PanicKeepsTheCallersInterruptMask) {
  for (const bool masked : {true, false}) {
    Cpu0 cpu;
    CreateAndEnable(cpu);
    const Daif daif = Daif().d(true).a(masked).i(masked).f(masked);
    Cpu::DaifRestore(daif);
    cpu.Panic();
    EXPECT_EQ(Cpu::Read<Daif>().raw(), daif.raw());
    (void)Cpu::DaifMask();
  }
}

TEST_P(LifeEvents, PanicReplacesForeignVectors) {
  Cpu0 cpu;
  CreateAndEnable(cpu);
  if (GetParam() != HostKind::kVhe) Cpu::Write<VbarEl2>(VbarEl2::FromRaw(0));
  Cpu::Isb();
  cpu.Panic();
  EXPECT_TRUE(HostView::Now() == host_);
}

TEST_P(LifeEvents, EveryLossOfTheHardwareStateIsANewGeneration) {
  Cpu0 cpu;
  CreateAndEnable(cpu);
  EXPECT_EQ(cpu.generation(), 0u);
  ASSERT_EQ(cpu.PrepareSuspend(), Status::kOk);
  EXPECT_EQ(cpu.generation(), 1u);
  ASSERT_EQ(cpu.Resumed(), Status::kOk);
  EXPECT_EQ(cpu.generation(), 1u);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_EQ(cpu.generation(), 2u);
  cpu.PoweredDown();
  EXPECT_EQ(cpu.generation(), 2u);  // Nothing was left to lose.
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  ASSERT_EQ(cpu.HandOver(), Status::kOk);
  EXPECT_EQ(cpu.generation(), 3u);
  CreateAndEnable(cpu);
  cpu.Panic();
  EXPECT_EQ(cpu.generation(), 4u);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, LifeEvents,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
