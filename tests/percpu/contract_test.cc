// SPDX-License-Identifier: Apache-2.0 OR MIT
// The rules that the baseline design broke, one test each, in every environment.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/abilities.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vectors/table.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using Cpu0 = percpu::PerCpu<TestHost>;

/// Rules for every kind of host.
class PerCpuContract : public EachHostKind {
 protected:
  PerCpuContract() : machine_(GetParam()) { TestHost::Here() = {}; }

  /// Under a VHE host HCR_EL2 and the vectors are switched per run of a guest.
  bool SwitchesPerRun() const { return GetParam() == HostKind::kVhe; }

  void CreateAndEnable(Cpu0& cpu) {
    ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
    ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  }

  Machine machine_;
};

/// Rules for hosts whose vectors are Trivet's from enable to disable.
class PerEnableContract : public PerCpuContract {};

// P1: enabling twice saved the library's own vectors as the host's.
TEST_P(PerCpuContract, EnableTwiceIsAnErrorAndKeepsWhatWasSaved) {
  const HostView before = HostView::Now();
  Cpu0 cpu;
  CreateAndEnable(cpu);
  EXPECT_EQ(cpu.HardwareEnable(), Status::kAlreadyEnabled);
  EXPECT_EQ(cpu.host_vector_base().raw(), machine_.HostVectorBase());
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before);
}

// P2: disabling without enabling wrote VBAR_EL2 = 0 and HCR_EL2 = 0; so did disabling twice.
TEST_P(PerCpuContract, DisableWithoutEnableTouchesNothing) {
  const HostView before = HostView::Now();
  Cpu0 cpu;
  EXPECT_EQ(cpu.HardwareDisable(), Status::kNotEnabled);
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kNotEnabled);
  EXPECT_TRUE(HostView::Now() == before);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kNotEnabled);
  EXPECT_TRUE(HostView::Now() == before);
}

// P3: disable wrote 0 to HCR_EL2; with IMO clear, an EL2 host received no IRQs from then on.
TEST_P(PerCpuContract, DisableRestoresTheHostsWholeHcr) {
  const HcrEl2 host = Cpu::Read<HcrEl2>().twi(true).tid3(true).imo(true).rw(true);
  Cpu::Write<HcrEl2>(host);
  Cpu::Isb();
  Cpu0 cpu;
  CreateAndEnable(cpu);
  const HcrEl2 enabled = Cpu::Read<HcrEl2>();
  const std::uint64_t set = SwitchesPerRun() ? 0 : percpu::DefaultPolicy::kHcrSet.raw();
  EXPECT_EQ(enabled.raw(), host.raw() | set);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_EQ(Cpu::Read<HcrEl2>().raw(), host.raw());
}

TEST_P(PerCpuContract, AfterDisableTheHostsOwnTableTakesItsInterrupts) {
  Cpu0 cpu;
  CreateAndEnable(cpu);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  machine_.TriggerIrq();
  OpenInterruptWindow();
  EXPECT_EQ(HostTableIrqs(), 1u);
  EXPECT_EQ(TestHost::Here().irqs, 0u);
}

// P5: is_enabled() was HCR_EL2.VM of the calling CPU.
TEST_P(PerCpuContract, IsEnabledIsTheObjectsAndNotARegisterBit) {
  Cpu::Write<HcrEl2>(Cpu::Read<HcrEl2>().vm(true));
  Cpu::Isb();
  Cpu0 cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  EXPECT_FALSE(cpu.IsEnabled());
  Cpu::Write<HcrEl2>(Cpu::Read<HcrEl2>().vm(false));
  Cpu::Isb();
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  EXPECT_TRUE(cpu.IsEnabled());
  Cpu0 other;
  ASSERT_EQ(other.Create(CpuId{0xff'0000}), Status::kOk);
  EXPECT_FALSE(other.IsEnabled());
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

// P6: VM was set while VTTBR_EL2 and VTCR_EL2 had their reset values, which are UNKNOWN.
TEST_P(PerCpuContract, EnabledStage2IsDefinedAndMapsNothing) {
  const HostView before = HostView::Now();
  Cpu0 cpu;
  CreateAndEnable(cpu);
  if (GetParam() == HostKind::kVhe) {  // VM is set during runs only: with the guest's stage 2.
    EXPECT_FALSE(Cpu::Read<HcrEl2>().vm());
    EXPECT_TRUE(HostView::Now() == before);
    ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
    return;
  }
  const std::uint64_t table = Cpu::Read<VttbrEl2>().raw();
  EXPECT_EQ(table, percpu::PhysicalAddressOf<TestHost>(percpu::kEmptyStage2));
  for (const std::uint64_t descriptor : percpu::kEmptyStage2) ASSERT_EQ(descriptor, 0u);
  EXPECT_EQ(Cpu::Read<VtcrEl2>().raw(), percpu::OneLevelStage2().raw());
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

// P7: the handler was bound to the CPU that ran new(), not to the intended CPU.
TEST_P(PerEnableContract, HandlersBelongToTheNamedCpu) {
  Cpu0 elsewhere, here;
  ASSERT_EQ(elsewhere.Create(CpuId{0x77}), Status::kOk);
  CreateAndEnable(here);
  machine_.TriggerIrq();
  OpenInterruptWindow();
  EXPECT_EQ(TestHost::Here().irqs, 1u);
  EXPECT_TRUE(TestHost::Here().last_slot == reinterpret_cast<vectors::CpuSlot*>(&here));
  ASSERT_EQ(here.HardwareDisable(), Status::kOk);
}

// P8: registering a second handler was silently ignored.
TEST_P(PerCpuContract, CreateTwiceIsAnErrorAndTheFirstBindingStands) {
  Cpu0 cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  EXPECT_EQ(cpu.Create(CpuId{0x77}), Status::kAlreadyCreated);
  EXPECT_TRUE(cpu.cpu() == Cpu::CurrentCpu());
  EXPECT_EQ(cpu.HardwareEnable(), Status::kOk);
  EXPECT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kAlreadyCreated);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
}

// P9: a missing handler was a panic inside the interrupt vector.
TEST_P(PerCpuContract, AMissingHandlerIsAnErrorBeforeAnyVectorCanUseIt) {
  const HostView before = HostView::Now();
  percpu::PerCpu<ForgetfulHost> cpu;
  EXPECT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kHandlerMissing);
  EXPECT_EQ(cpu.HardwareEnable(), Status::kNotCreated);
  EXPECT_FALSE(cpu.IsEnabled());
  EXPECT_TRUE(HostView::Now() == before);
}

// P10: nothing masked interrupts or noticed a migration.
TEST_P(PerCpuContract, TransitionsKeepTheCallersInterruptMask) {
  Cpu0 cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  for (const bool masked : {true, false}) {
    const Daif daif = Daif().d(true).a(masked).i(masked).f(masked);
    Cpu::DaifRestore(daif);
    EXPECT_EQ(cpu.HardwareEnable(), Status::kOk);
    EXPECT_EQ(Cpu::Read<Daif>().raw(), daif.raw());
    EXPECT_EQ(cpu.HardwareEnable(), Status::kAlreadyEnabled);
    EXPECT_EQ(Cpu::Read<Daif>().raw(), daif.raw());
    EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
    EXPECT_EQ(Cpu::Read<Daif>().raw(), daif.raw());
  }
  (void)Cpu::DaifMask();
}

TEST_P(PerEnableContract, AnInterruptPendingDuringEnableArrivesInTheNewVectorsOnce) {
  Cpu0 cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  machine_.TriggerIrq();
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  EXPECT_EQ(TestHost::Here().irqs, 0u);
  OpenInterruptWindow();
  EXPECT_EQ(TestHost::Here().irqs, 1u);
  EXPECT_EQ(HostTableIrqs(), 0u);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_P(PerCpuContract, TheWrongCpuIsAnErrorAndNothingIsTouched) {
  const HostView before = HostView::Now();
  Cpu0 other;
  ASSERT_EQ(other.Create(CpuId{0x77}), Status::kOk);
  EXPECT_EQ(other.HardwareEnable(), Status::kWrongCpu);
  EXPECT_FALSE(other.IsEnabled());
  EXPECT_TRUE(HostView::Now() == before);
}

// P11: the set of IMO, FMO and AMO that enable sets changed between versions, undocumented.
TEST_P(PerEnableContract, TheDefaultPolicyRoutesIrqFiqAndSErrorAndTheBaselinesIsANamedOne) {
  Cpu0 cpu;
  CreateAndEnable(cpu);
  const HcrEl2 hcr = Cpu::Read<HcrEl2>();
  EXPECT_TRUE(hcr.vm() && hcr.rw() && hcr.imo() && hcr.fmo() && hcr.amo() && hcr.tsc());
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);

  Cpu::Write<HcrEl2>(HcrEl2().tge(GetParam() == HostKind::kNvheTge));
  Cpu::Isb();
  const std::uint64_t floor = Cpu::Read<HcrEl2>().raw();  // RW reads as one without AArch32 at EL1.
  percpu::PerCpu<TestHost, percpu::BaselinePolicy> baseline;
  ASSERT_EQ(baseline.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(baseline.HardwareEnable(), Status::kOk);
  EXPECT_EQ(Cpu::Read<HcrEl2>().raw(), 0x8008'0019u | floor);
  ASSERT_EQ(baseline.HardwareDisable(), Status::kOk);
}

// P12: FMO was set although the FIQ vectors were invalid.
TEST_P(PerEnableContract, FiqReachesTheHostsHandler) {
  if (!Has(Ability::kFiq)) GTEST_SKIP() << "this machine lacks fiq";
  Cpu0 cpu;
  CreateAndEnable(cpu);
  machine_.TriggerFiq();
  OpenInterruptWindow();
  EXPECT_EQ(TestHost::Here().fiqs, 1u);
  EXPECT_EQ(TestHost::Here().irqs, 0u);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  machine_.TriggerFiq();
  OpenInterruptWindow();
  EXPECT_EQ(TestHost::Here().fiqs, 1u);
  EXPECT_EQ(HostTableFiqs(), 1u);
}

// P13: no precondition was checked.
TEST_P(PerCpuContract, VirtualizationInUseByOtherCodeIsAnError) {
  Cpu::Write<HcrEl2>(Cpu::Read<HcrEl2>().vm(true));
  Cpu::Isb();
  const HostView before = HostView::Now();
  Cpu0 cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  EXPECT_EQ(cpu.HardwareEnable(), Status::kInUse);
  EXPECT_TRUE(HostView::Now() == before);
}

TEST_P(PerEnableContract, ASecondObjectForAnEnabledCpuIsAnError) {
  Cpu0 first, second;
  CreateAndEnable(first);
  ASSERT_EQ(second.Create(Cpu::CurrentCpu()), Status::kOk);
  EXPECT_EQ(second.HardwareEnable(), Status::kInUse);
  EXPECT_EQ(second.HardwareDisable(), Status::kNotEnabled);
  EXPECT_TRUE(first.IsEnabled());
  EXPECT_EQ(first.Audit(), Status::kOk);
  EXPECT_EQ(first.HardwareDisable(), Status::kOk);
}

// P15: 4096 bytes of alignment around 8 bytes of use.
TEST_P(PerEnableContract, ThePageIsWhatTheVectorsAreGiven) {
  static_assert(sizeof(Cpu0) == 4096 && alignof(Cpu0) == 4096);
  Cpu0 cpu;
  CreateAndEnable(cpu);
  EXPECT_EQ(Cpu::Read<TpidrEl2>().raw(), reinterpret_cast<std::uint64_t>(&cpu));
  EXPECT_EQ(reinterpret_cast<std::uint64_t>(&cpu) % 4096, 0u);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

// P16: every path returned Ok.
TEST_P(PerEnableContract, ForeignVectorsAreAnErrorThatReportsThem) {
  Cpu0 cpu;
  CreateAndEnable(cpu);
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(machine_.HostVectorBase()));
  Cpu::Isb();
  const HostView before = HostView::Now();
  EXPECT_EQ(cpu.HardwareDisable(), Status::kVectorsReplaced);
  EXPECT_EQ(cpu.last_error().register_id, RegisterId::kVbarEl2);
  EXPECT_EQ(cpu.last_error().expected, vectors::TableBase());
  EXPECT_EQ(cpu.last_error().got, machine_.HostVectorBase());
  EXPECT_TRUE(HostView::Now() == before);
  EXPECT_TRUE(cpu.IsEnabled());
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(vectors::TableBase()));
  Cpu::Isb();
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_P(PerEnableContract, AuditNamesADriftedRegister) {
  Cpu0 cpu;
  CreateAndEnable(cpu);
  EXPECT_EQ(cpu.Audit(), Status::kOk);
  const HcrEl2 good = Cpu::Read<HcrEl2>();
  Cpu::Write<HcrEl2>(good.tsc(false));
  Cpu::Isb();
  EXPECT_EQ(cpu.Audit(), Status::kRestoreMismatch);
  EXPECT_EQ(cpu.last_error().register_id, RegisterId::kHcrEl2);
  EXPECT_EQ(cpu.last_error().expected, good.raw());
  Cpu::Write<HcrEl2>(good);
  Cpu::Isb();
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

// P17: after a power-down the object still relied on registers that were lost.
TEST_P(PerCpuContract, AfterAPowerDownNothingIsRestoredAndEnableStartsAnew) {
  const HostView before = HostView::Now();
  Cpu0 cpu;
  CreateAndEnable(cpu);
  cpu.PoweredDown();
  EXPECT_FALSE(cpu.IsEnabled());
  // The CPU comes back as reset and the host's own boot code leave it, not as Trivet left it.
  Cpu::Write<HcrEl2>(HcrEl2::FromRaw(before.hcr));
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(before.vbar));
  Cpu::Write<TpidrEl2>(TpidrEl2::FromRaw(0x5000));
  Cpu::Write<VttbrEl2>(VttbrEl2::FromRaw(before.vttbr));
  Cpu::Write<VtcrEl2>(VtcrEl2::FromRaw(before.vtcr));
  Cpu::Isb();
  const HostView returned = HostView::Now();
  EXPECT_EQ(cpu.HardwareDisable(), Status::kNotEnabled);
  EXPECT_TRUE(HostView::Now() == returned);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == returned);
}

TEST_P(PerCpuContract, ManyTransitionsLeaveTheHostAsItWas) {
  const HostView before = HostView::Now();
  Cpu0 cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
    ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  }
  EXPECT_TRUE(HostView::Now() == before);
}

/// Rules for hosts that keep their vectors and HCR_EL2 whenever they run: VHE ones, and any by
/// policy.
class PerRunContract : public EachHostKind {
 protected:
  PerRunContract() : machine_(GetParam()) { TestHost::Here() = {}; }
  Machine machine_;
};

TEST_P(PerRunContract, BetweenEnableAndDisableTheHostKeepsItsRegistersAndItsInterrupts) {
  const HostView before = HostView::Now();
  percpu::PerCpu<TestHost, percpu::PerRunPolicy> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  EXPECT_EQ(Cpu::Read<VbarEl2>().raw(), before.vbar);
  EXPECT_EQ(Cpu::Read<HcrEl2>().raw(), before.hcr);
  EXPECT_EQ(Cpu::Read<TpidrEl2>().raw(), before.tpidr);
  machine_.TriggerIrq();
  OpenInterruptWindow();
  EXPECT_EQ(HostTableIrqs(), 1u);
  EXPECT_EQ(TestHost::Here().irqs, 0u);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before);
}

// The guest's HCR_EL2 was derived from the bits that the policy added to the host's at enable: a
// policy bit that the host had set then and cleared later was missing.
TEST_P(PerRunContract, AGuestHasThePolicysBitsWhateverTheHostChangedSinceEnable) {
  percpu::PerCpu<TestHost, percpu::PerRunPolicy> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  percpu::Guest guest;
  ASSERT_EQ(cpu.LoadGuest(guest, {.traps = HcrEl2().twi(true)}), Status::kOk);
  const HcrEl2 host = Cpu::Read<HcrEl2>().imo(false);
  Cpu::Write<HcrEl2>(host);
  Cpu::Isb();
  cpu.BeginRun();
  const HcrEl2 running = Cpu::Read<HcrEl2>();
  cpu.EndRun();
  EXPECT_TRUE(running.imo() && running.vm() && running.twi());
  EXPECT_EQ(Cpu::Read<HcrEl2>().raw(), host.raw());
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, PerCpuContract,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));
INSTANTIATE_TEST_SUITE_P(HostKinds, PerEnableContract,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge));
INSTANTIATE_TEST_SUITE_P(HostKinds, PerRunContract,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
