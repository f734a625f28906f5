// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a run of a guest must not do to its host: the rules that the design Trivet grew out of
// broke in its world switch, one test each, on every environment.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/guest/guest_scenario.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests::world_switch_test {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using vcpu::ExitReason;

// Offsets of guest_scenario.h's guest.
constexpr std::uint64_t kHypercall = 4;
constexpr std::uint64_t kLoad = 20;
constexpr std::uint64_t kForever = 24;
constexpr std::uint16_t kVmid = 5;
constexpr unsigned kTimerTicks = 2000;

/// A guest between guard areas that no code may write to.
struct Guarded {
  static constexpr std::byte kUntouched{0xa5};
  std::byte below[4096];
  vcpu::Vcpu guest;
  std::byte above[4096];

  explicit Guarded(const vcpu::Config& config) : guest(config) {
    std::ranges::fill(below, kUntouched);
    std::ranges::fill(above, kUntouched);
  }
  bool IsIntact() const {
    const auto untouched = [](std::byte b) { return b == kUntouched; };
    return std::ranges::all_of(below, untouched) && std::ranges::all_of(above, untouched);
  }
};

class WorldSwitch : public ::testing::TestWithParam<HostKind> {
 protected:
  WorldSwitch() : machine_(GetParam()), stage2_(FreshStage2()) {
    TestHost::Here() = {};
    EXPECT_EQ(MapGuest(stage2_), Status::kOk);
    ShowToTableWalks(&stage2_, sizeof(stage2_));
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
  }
  ~WorldSwitch() override { EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk); }

  vcpu::Config ConfigAt(std::uint64_t offset) const {
    const std::uint64_t table = percpu::PhysicalAddressOf<TestHost>(&stage2_);
    return {.entry = PlaceGuest() + offset,
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(table, kVmid)};
  }

  ExitReason Run(vcpu::Vcpu& guest) {
    const Result<vcpu::Exit> exit = guest.Run(cpu_);
    EXPECT_TRUE(exit.has_value());
    return exit ? exit->reason : ExitReason::kOther;
  }

  bool HostOwnsItsVectors() const { return GetParam() == HostKind::kVhe; }

  Machine machine_;
  vcpu::BlockStage2& stage2_;
  percpu::PerCpu<TestHost> cpu_;

 private:
  /// In the image, where table walks find it.
  static vcpu::BlockStage2& FreshStage2() {
    alignas(vcpu::BlockStage2) static std::byte storage[sizeof(vcpu::BlockStage2)];
    return *new (storage) vcpu::BlockStage2();
  }
};

// V1: what was not expected from a lower level ran on the guest's structure as its stack.
TEST_P(WorldSwitch, AFiqFromAGuestIsAnExitOnTheHostsOwnStack) {
  Guarded guarded(ConfigAt(kForever));
  machine_.TriggerFiq();
  EXPECT_EQ(Run(guarded.guest), ExitReason::kFiq);
  EXPECT_EQ(guarded.guest.frame().pc, PlaceGuest() + kForever);
  EXPECT_TRUE(guarded.IsIntact());
  OpenInterruptWindow();
  EXPECT_EQ(TestHost::Here().fiqs + HostTableFiqs(), 1u);
  EXPECT_EQ(guarded.guest.Unload(cpu_), Status::kOk);
}

// V2: interrupts were open on the way into the guest, and opened on the way out whatever the caller
// had.
TEST_P(WorldSwitch, AnInterruptThatIsPendingAtEntryEndsTheRunAndTheCallersMaskStays) {
  vcpu::Vcpu guest(ConfigAt(kForever));
  machine_.TriggerIrq();
  EXPECT_EQ(Run(guest), ExitReason::kIrq);
  EXPECT_EQ(Cpu::Read<Daif>().raw(), Daif().d(true).a(true).i(true).f(true).raw());
  EXPECT_EQ(TestHost::Here().irqs + HostTableIrqs(), 0u);
  OpenInterruptWindow();
  EXPECT_EQ(TestHost::Here().irqs + HostTableIrqs(), 1u);
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
}

TEST_P(WorldSwitch, AnInterruptAroundRunsOfACallerWithInterruptsOpenArrivesOnce) {
  constexpr unsigned kMostRuns = 10'000'000;
  vcpu::Vcpu guest(ConfigAt(kHypercall));
  const Daif open = Daif().d(true);
  machine_.StartTimer(kTimerTicks);
  Cpu::DaifRestore(open);
  const auto taken = [] { return TestHost::Here().irqs + HostTableIrqs(); };
  for (unsigned runs = 0; taken() == 0 && runs < kMostRuns; ++runs) {
    guest.frame().pc = PlaceGuest() + kHypercall;
    const ExitReason reason = Run(guest);
    ASSERT_TRUE(reason == ExitReason::kHypercall || reason == ExitReason::kIrq);
    ASSERT_EQ(Cpu::Read<Daif>().raw(), open.raw());
  }
  OpenInterruptWindow();
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(HostTableIrqs(), HostOwnsItsVectors() ? 1u : 0u);
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
}

// The promise spares a loaded guest's run the checks, and nothing else.
TEST_P(WorldSwitch, ARunByACallerThatIsMaskedAndPinnedIsLikeAnyOther) {
  constexpr percpu::MaskedAndPinned kPromise = {};
  const HostView enabled = HostView::Now();
  vcpu::Vcpu guest(ConfigAt(kHypercall)), other(ConfigAt(kHypercall));
  for (vcpu::Vcpu* next : {&guest, &guest, &other, &guest}) {
    next->frame().pc = PlaceGuest() + kHypercall;
    const Result<vcpu::Exit> exit = next->Run(cpu_, kPromise);
    ASSERT_TRUE(exit.has_value());
    EXPECT_EQ(exit->reason, ExitReason::kHypercall);
    EXPECT_NE(cpu_.guest_owner(), nullptr);
    EXPECT_EQ(Cpu::Read<Daif>().raw(), Daif().d(true).a(true).i(true).f(true).raw());
  }
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
  ASSERT_EQ(cpu_.HardwareDisable(), Status::kOk);
  const Result<vcpu::Exit> refused = guest.Run(cpu_, kPromise);
  EXPECT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error_or(Status::kOk), Status::kNotEnabled);
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == enabled);
}

// V3: what a run changed at EL2 stayed changed; a host without its IMO receives no IRQs.
TEST_P(WorldSwitch, AfterARunTheHostHasItsConfigurationAndItsInterrupts) {
  const HostView enabled = HostView::Now();
  vcpu::Vcpu guest(ConfigAt(kHypercall));
  EXPECT_EQ(Run(guest), ExitReason::kHypercall);
  // An nVHE host keeps a loaded guest's bits: they concern EL1 and EL0 alone.
  const bool stays = GetParam() == HostKind::kNvhe;
  EXPECT_EQ(Cpu::Read<HcrEl2>().raw(), stays ? guest.hcr().value().raw() : enabled.hcr);
  EXPECT_EQ(Cpu::Read<VbarEl2>().raw(), enabled.vbar);
  EXPECT_EQ(cpu_.Audit(), Status::kOk);
  machine_.TriggerIrq();
  OpenInterruptWindow();
  EXPECT_EQ(TestHost::Here().irqs + HostTableIrqs(), 1u);
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
  EXPECT_TRUE(HostView::Now() == enabled);
  ASSERT_EQ(cpu_.HardwareDisable(), Status::kOk);
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == enabled);
}

// V4: the names of a guest's registers reach a VHE host's own.
TEST_P(WorldSwitch, TheHostsOwnTranslationIsNotTheGuests) {
  const auto own = [] {
    const bool e2h = GetParam() == HostKind::kVhe;
    return std::array{e2h ? Cpu::Read<SctlrEl2E2h>().raw() : Cpu::Read<SctlrEl2>().raw(),
                      e2h ? Cpu::Read<TcrEl2E2h>().raw() : Cpu::Read<TcrEl2>().raw(),
                      e2h ? Cpu::Read<Ttbr0El2E2h>().raw() : Cpu::Read<Ttbr0El2>().raw(),
                      Cpu::Read<MairEl2>().raw(), Cpu::Read<VbarEl2>().raw()};
  };
  const auto before = own();
  vcpu::Vcpu guest(ConfigAt(kHypercall));
  EXPECT_EQ(Run(guest), ExitReason::kHypercall);
  EXPECT_TRUE(own() == before);
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
  EXPECT_TRUE(own() == before);
}

// V5: CPTR_EL2 was 0: against its RES1 bits without E2H, and a trap of EL2's own FP with it.
TEST_P(WorldSwitch, TheGuestsTrapsFollowTheLayoutOfTheHostsE2h) {
  constexpr std::uint64_t kRes1 = 0x33ff;
  const HostView enabled = HostView::Now();
  vcpu::Vcpu guest(ConfigAt(kHypercall));
  EXPECT_EQ(Run(guest), ExitReason::kHypercall);
  if (GetParam() == HostKind::kVhe) {
    EXPECT_EQ(Cpu::Read<CptrEl2E2h>().raw(), enabled.cptr);
    EXPECT_EQ(Cpu::Read<CptrEl2E2h>().fpen(), TrapLevels::kNone);
  } else {
    EXPECT_EQ(Cpu::Read<CptrEl2>().raw() & kRes1, kRes1);
    EXPECT_TRUE(Cpu::Read<CptrEl2>().tfp());
  }
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
}

// V7: VMID 0 for everybody, VTCR_EL2 without its RES1 bit, inputs wider than the CPU's addresses.
TEST_P(WorldSwitch, AGuestsStage2HasItsOwnVmidAndASizeThatTheCpuHas) {
  constexpr unsigned kBits[] = {32, 36, 40, 42, 44, 48, 52, 56};
  vcpu::Vcpu guest(ConfigAt(kHypercall));
  const HostView enabled = HostView::Now();
  EXPECT_EQ(Cpu::Read<VttbrEl2>().raw() >> 48, 0u);  // The host's, over a table that maps nothing.
  EXPECT_EQ(Run(guest), ExitReason::kHypercall);
  // Under a VHE host stage 2 is the host's between runs too.
  const bool stays = GetParam() != HostKind::kVhe;
  EXPECT_EQ(Cpu::Read<VttbrEl2>().raw(), stays ? ConfigAt(kHypercall).vttbr.raw() : enabled.vttbr);
  EXPECT_EQ(ConfigAt(kHypercall).vttbr.raw() >> 48, kVmid);
  const VtcrEl2 vtcr = vcpu::BlockStage2::vtcr();
  EXPECT_EQ(vtcr.raw() >> 31 & 1, 1u);
  const auto size = static_cast<unsigned>(Cpu::Read<IdAa64Mmfr0El1>().parange());
  EXPECT_GE(vtcr.t0sz(), 64 - kBits[size]);
  EXPECT_LE(static_cast<unsigned>(vtcr.ps()), size);
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
}

// V10: PC was moved past an access before anybody knew whether it can be emulated.
TEST_P(WorldSwitch, AnAbortLeavesPcAtTheAccess) {
  vcpu::Vcpu guest(ConfigAt(kLoad));
  guest.frame().x[1] = kUnmappedIpa;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Run(guest), ExitReason::kDataAbort);
    EXPECT_EQ(guest.frame().pc, PlaceGuest() + kLoad);
  }
  guest.SkipInstruction();
  EXPECT_EQ(guest.frame().pc, PlaceGuest() + kLoad + 4);
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, WorldSwitch,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests::world_switch_test
