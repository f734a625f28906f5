// SPDX-License-Identifier: Apache-2.0 OR MIT
// The switched registers and EL2 controls of hal/regs/guest.def, with a value for the host and each
// of two guests, looked at around and inside runs: values_test has all registers, this the CPU's.

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

#include "percpu/errata.h"
#include "percpu/per_cpu.h"
#include "tests/guest/guest_scenario.h"
#include "tests/guest/host_identity.h"
#include "tests/guest/made.h"
#include "tests/guest/owner_table.h"
#include "tests/guest/switched_registers.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vectors/in_place.h"
#include "vectors/syndrome.h"

namespace trivet::tests::switched_values_test {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions
using percpu::HostKind;
using vectors::InPlace;
using vectors::InPlaceExit;

constexpr unsigned kFirstKept = 10;  // The guest's program changes none from here on.
constexpr std::uint64_t kShow = 20, kHooks = 0xff00;
constexpr std::uint64_t kEl1hMasked = 0x3c5;  // Of a first entry.
constexpr std::uint64_t kHostTpidr = 0x0123'4567'89ab'cdef;

[[clang::no_destroy]] vectors::SveMemory<4> sve_memory[2];
[[clang::no_destroy]] vectors::SmeMemory<2> sme_memory[2];

struct TestGuest {
  Owner owner;
  Capabilities open;
  vcpu::Config config;
  vcpu::Vcpu vcpu{config};
  bool has_values = false;
};

struct Setting {
  HostKind kind;
  HostInterface host;
  bool first_opened, second_opened;
};

class SwitchedValues : public ::testing::TestWithParam<Setting> {
 protected:
  SwitchedValues() {
    EXPECT_EQ(program_.Map(stage2_), Status::kOk);
    ShowToTableWalks(&stage2_, sizeof(stage2_));
    Cpu::Write<TpidrEl2>(TpidrEl2::FromRaw(kHostTpidr));
    Cpu::DaifRestore(Daif().d(true).f(true));  // A host that does not mask all.
    identity_ = HostIdentity(false);
    identity_.Write(true);
    core_ = El2Core::Now();
  }
  ~SwitchedValues() override {
    (void)Cpu::DaifMask();
    PlainIdentity().Write(true);
    Cpu::Write<TpidrEl2>({});
  }
  bool IsPassThrough() const { return GetParam().host == HostInterface::kPassThrough; }
  /// From enable to each kind of end.
  template <class H>
  void LiveUnder();
  template <class H>
  void PanicUnder(bool in_run);
  template <class H>
  void LeaveUnder();
  vcpu::Config ConfigFor(std::uint16_t vmid, Capabilities open) {
    const std::uint64_t table = percpu::PhysicalAddressOf<TestHost>(&stage2_);
    return {.entry = program_.entry(),
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(table, vmid),
            .traps = HcrEl2().twi(true),
            .open = open,
            .sve = sve_memory[vmid % 2],
            .sme = sme_memory[vmid % 2],
            .mpidr = MpidrEl1::FromRaw(vmid),
            .counter_offset = std::uint64_t{vmid} << 20,
            .in_place = {.synchronous = &OnExit, .context = this}};
  }

  static InPlace OnExit(InPlaceExit& exit) {
    return static_cast<SwitchedValues*>(exit.guest->in_place.context)->InRun(exit);
  }
  InPlace InRun(InPlaceExit& exit);
  void ExpectControlsOf(const TestGuest& guest);
  void ExpectRunning(const TestGuest& guest);
  void ExpectBetweenRuns(const TestGuest& guest, bool leaves = false);
  void ExpectHosts() {
    values_.Expect("host", [](const SwitchedRegister&) { return Whose::kHosts; });
    controls_.ExpectHosts();
    identity_.Expect(e2h_ || !enabled_);
    EXPECT_TRUE(El2Core::Now() == (e2h_ || !enabled_ ? core_ : enabled_core_));
  }
  /// The host changes all that is its own now: what is saved next is not what was saved before.
  void ChangeHosts() {
    const bool all = loaded_ == nullptr;
    values_.ChangeHosts(
        [&](Switched when) { return all || when == kEachRun || (e2h_ && when != kOnLoad); });
    if (!all && !e2h_) return;
    controls_.ChangeHosts();
    later_ = !later_;
    const Identity before = std::exchange(identity_, HostIdentity(later_));
    const bool stage2 = e2h_ || !enabled_;  // Else Trivet's.
    if (!stage2) identity_.vtcr = before.vtcr, identity_.vttbr = before.vttbr;
    identity_.Write(stage2);
  }
  /// Between enable and disable.
  void BeEnabled(bool enabled) {
    enabled_ = enabled;
    if (enabled && enabled_core_ == El2Core()) enabled_core_ = El2Core::Now();
    loaded_ = nullptr;
    ExpectHosts();
  }

  void Run(TestGuest& guest, std::uint64_t offset);
  void Take(TestGuest& guest);
  void Show(TestGuest& guest) { Run(guest, kShow); }
  void ExpectAudit() {
    const Status status = audit_(*cpu_);
    EXPECT_EQ(status, Status::kOk) << InfoOf(cpu_->last_error().register_id).name;
  }
  void ExpectAuditNoticesDrift(const TestGuest& loaded);
  /// TLB maintenance for a guest that is not loaded needs its VMID in VTTBR_EL2.
  void InvalidateAnothers() {
    const vcpu::Config other = ConfigFor(9, {});
    EXPECT_EQ(cpu_->InvalidateStage2(other.vtcr.t0sz(30), other.vttbr), Status::kOk);
  }

  static std::uint64_t KeptX(const TestGuest& guest, unsigned n) {
    return reinterpret_cast<std::uintptr_t>(&guest) << 16 | n;
  }

  template <class H>
  percpu::PerCpu<H>& Enabled() {
    auto& cpu = Made<percpu::PerCpu<H>>();
    cpu_ = &cpu;
    audit_ = [](percpu::PerCpuState& it) { return static_cast<percpu::PerCpu<H>&>(it).Audit(); };
    panic_ = [](percpu::PerCpuState& it) { static_cast<percpu::PerCpu<H>&>(it).Panic(); };
    EXPECT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu.HardwareEnable(), Status::kOk);
    EXPECT_EQ(cpu.workarounds().Has(percpu::Workaround::kSpeculativeAt), needs_stop_);
    BeEnabled(true);
    return cpu;
  }
  TestGuest& Guest(Owner owner) {
    const bool first = owner == Owner::kFirst;
    const bool opened = first ? GetParam().first_opened : GetParam().second_opened;
    const Capabilities open = opened ? AvailableCapabilities() : Capabilities();
    const vcpu::Config config = ConfigFor(first ? 5 : 6, open);
    if (first) return Made<TestGuest, 1>(owner, open, config);
    return Made<TestGuest, 2>(owner, open, config);
  }

  const bool e2h_ = GetParam().kind == HostKind::kVhe;
  Machine machine_{GetParam().kind};
  OwnerTable values_{e2h_};
  ControlTable controls_{e2h_};
  GuestCode program_ = PlaceValuesGuest();
  vcpu::BlockStage2& stage2_ = Made<vcpu::BlockStage2>();
  percpu::PerCpuState* cpu_ = nullptr;
  Status (*audit_)(percpu::PerCpuState&) = nullptr;
  void (*panic_)(percpu::PerCpuState&) = nullptr;
  TestGuest *running_ = nullptr, *loaded_ = nullptr;
  Identity identity_;
  El2Core core_, enabled_core_ = {};  ///< The host's; from enable to disable.
  bool enabled_ = false, later_ = false;
  bool panics_ = false;
  bool took_ = false;  ///< In this run.
  const bool needs_stop_ =
      percpu::WorkaroundsFor(Cpu::Read<MidrEl1>()).Has(percpu::Workaround::kSpeculativeAt);
  /// The work-around holds other values in TCR_EL1 and SCTLR_EL1 between runs.
  const bool walks_off_ = needs_stop_ && GetParam().kind != HostKind::kNvhe;
};

void SwitchedValues::ExpectControlsOf(const TestGuest& guest) {
  const bool interrupts = guest.open.Has(Capability::kInterruptInterface);
  controls_.ExpectGuests(guest.open, interrupts ? RegisterId::kIchHcrEl2 : RegisterId::kCount);
  Identity{guest.config.vtcr.raw(), guest.config.vttbr.raw(), guest.config.counter_offset,
           Cpu::Read<MidrEl1>().raw(), guest.config.mpidr.raw() | VmpidrEl2::Inert().raw()}
      .Expect(true);
}

void SwitchedValues::ExpectRunning(const TestGuest& guest) {
  const Whose own = guest.has_values ? WhoseOf(guest.owner) : Whose::kUntouched;
  values_.Expect("run", [&](const SwitchedRegister& it) {
    if (!guest.open.Has(it.capability)) {
      const bool control = it.id == RegisterId::kIchHcrEl2;
      const bool hosts = it.when == kEachRun || (it.when == kOnRun && e2h_ && !control);
      return hosts ? Whose::kHosts : Whose::kAnyones;
    }
    if (it.when == Switched::kHeld) return Whose::kUntouched;
    // The program's first instructions.
    if (it.when == kOnRun && it.capability == Capability::kAlways) return WhoseOf(guest.owner);
    return own;
  });
  ExpectControlsOf(guest);
  EXPECT_EQ(Cpu::Read<HcrEl2>().raw(), guest.vcpu.hcr().value().tge(false).raw());
}

/// `leaves`: after LeaveOnCpu() and RestoreEachRun(): the controls are the host's.
void SwitchedValues::ExpectBetweenRuns(const TestGuest& guest, bool leaves) {
  values_.Expect("loaded", [&](const SwitchedRegister& it) {
    const bool is_open = guest.open.Has(it.capability), stays = leaves && is_open;
    if (it.when == kEachRun ? !stays : it.when != kOnLoad && e2h_) return Whose::kHosts;
    if (it.id == RegisterId::kIchHcrEl2 && leaves) return Whose::kAnyones;
    if (!is_open) return Whose::kAnyones;
    if (it.when == Switched::kHeld) return Whose::kUntouched;
    const bool walks = it.id == RegisterId::kTcrEl1 || it.id == RegisterId::kSctlrEl1;
    return walks && walks_off_ && !leaves ? Whose::kAnyones : WhoseOf(guest.owner);
  });
  if (walks_off_ && !leaves) ExpectWalksAreOff(e2h_);
  if (e2h_ || leaves) return controls_.ExpectHosts();
  ExpectControlsOf(guest);
}

/// Both HVCs of the program, with the guest's registers in the CPU. The first lets the guest go on
/// with other general registers and its own values in all others; the second ends the run.
InPlace SwitchedValues::InRun(InPlaceExit& exit) {
  TestGuest& guest = *running_;
  const auto syndrome = vectors::Syndrome::FromRaw(Cpu::Read<EsrEl2>().raw());
  const bool takes = syndrome.immediate() == 1;
  ExpectRunning(guest);
  for (unsigned n = kFirstKept; n < 31; ++n) {
    if (!InPlaceExit::Has(n)) continue;
    EXPECT_EQ(exit.x(n), KeptX(guest, n) ^ (took_ ? kHooks : 0)) << "x" << n;
    exit.x(n) ^= takes ? kHooks : 0;
  }
  if (takes && !guest.has_values) EXPECT_EQ(std::uint64_t{exit.pstate}, kEl1hMasked);
  if (panics_) {
    panic_(*cpu_);
    return InPlace::kExit;
  }
  if (!takes) return InPlace::kExit;
  guest.has_values = took_ = true;
  values_.Write(guest.owner, [&](const SwitchedRegister& it) {
    return guest.open.Has(it.capability) && it.when != Switched::kHeld;
  });
  return InPlace::kResume;
}

/// From `offset` of the program to its second HVC.
void SwitchedValues::Run(TestGuest& guest, std::uint64_t offset) {
  auto& frame = guest.vcpu.frame();
  for (unsigned n = kFirstKept; n < 31; ++n) frame.x[n] = KeptX(guest, n);
  frame.pc = program_.entry() + offset;
  ChangeHosts();
  running_ = &guest;
  took_ = false;
  const Result<vcpu::Exit> exit = guest.vcpu.Run(*cpu_);
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->reason, vcpu::ExitReason::kHypercall);
  loaded_ = &guest;
  if (panics_) return;
  EXPECT_EQ(exit->syndrome.immediate(), 2);
  for (unsigned n = kFirstKept; n < 31; ++n) {
    const bool changed = took_ && InPlaceExit::Has(n);
    EXPECT_EQ(frame.x[n], KeptX(guest, n) ^ (changed ? kHooks : 0)) << "x" << n;
  }
  EXPECT_TRUE(El2Core::Now().sctlr == core_.sctlr);
  EXPECT_EQ(frame.x[6], ValueOf(RegisterId::kSpEl0, guest.owner));
  EXPECT_EQ(frame.x[7], ValueOf(RegisterId::kTpidrEl0, guest.owner));
  EXPECT_EQ(frame.x[8], ValueOf(RegisterId::kTpidrroEl0, guest.owner));
  EXPECT_EQ(frame.x[9], ValueOf(RegisterId::kParEl1, guest.owner));
  ExpectBetweenRuns(guest);
  ExpectAudit();
}

void SwitchedValues::Take(TestGuest& guest) {
  auto& x = guest.vcpu.frame().x;
  x[2] = ValueOf(RegisterId::kSpEl0, guest.owner);
  x[3] = ValueOf(RegisterId::kTpidrEl0, guest.owner);
  x[4] = ValueOf(RegisterId::kTpidrroEl0, guest.owner);
  x[5] = ValueOf(RegisterId::kParEl1, guest.owner);
  Run(guest, 0);
}

/// Each register in turn holds another value than Trivet wrote.
void SwitchedValues::ExpectAuditNoticesDrift(const TestGuest& loaded) {
  if (e2h_) return;
  const auto notices = [this](RegisterId id) {
    EXPECT_EQ(audit_(*cpu_), Status::kRestoreMismatch) << InfoOf(id).name;
    EXPECT_EQ(cpu_->last_error().register_id, InfoOf(id).storage) << InfoOf(id).name;
  };
  controls_.ForEachChanged([&](RegisterId id) {
    if (id == RegisterId::kIchHcrEl2 && loaded.open.Has(Capability::kInterruptInterface)) return;
    notices(id);
  });
  ForEachDrift(!IsPassThrough(), notices);
  ExpectAudit();
}

template <class H>
void SwitchedValues::LiveUnder() {
  ExpectHosts();
  auto& cpu = Enabled<H>();
  TestGuest &first = Guest(Owner::kFirst), &second = Guest(Owner::kSecond);
  Take(first);
  Show(first);
  Take(second);
  ExpectAuditNoticesDrift(second);
  InvalidateAnothers();
  ExpectBetweenRuns(second);
  Show(first);
  Show(second);
  EXPECT_EQ(first.vcpu.Unload(cpu), Status::kOk);  // Not loaded.
  ExpectBetweenRuns(second);
  EXPECT_EQ(second.vcpu.Unload(cpu), Status::kOk);
  InvalidateAnothers();
  BeEnabled(true);
  Show(second);
  Show(first);
  ASSERT_EQ(cpu.PrepareSuspend(), Status::kOk);
  BeEnabled(false);
  ASSERT_EQ(cpu.SuspendFailed(), Status::kOk);
  BeEnabled(true);
  Show(second);
  ASSERT_EQ(cpu.PrepareSuspend(), Status::kOk);
  BeEnabled(false);
  ChangeHosts();
  ASSERT_EQ(cpu.Resumed(), Status::kOk);
  BeEnabled(true);
  Show(first);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  BeEnabled(false);
  ChangeHosts();
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  BeEnabled(true);
  Show(second);
  ASSERT_EQ(cpu.HandOver(), Status::kOk);
  BeEnabled(false);
}

template <class H>
void SwitchedValues::PanicUnder(bool in_run) {
  auto& cpu = Enabled<H>();
  TestGuest &first = Guest(Owner::kFirst), &second = Guest(Owner::kSecond);
  Take(second);
  Take(first);
  panics_ = in_run;
  if (in_run) Show(first);
  cpu.Panic();
  BeEnabled(false);
}

template <class H>
void SwitchedValues::LeaveUnder() {
  auto& cpu = Enabled<H>();
  TestGuest &first = Guest(Owner::kFirst), &second = Guest(Owner::kSecond);
  Take(second);
  Take(first);
  ASSERT_EQ(cpu.LeaveOnCpu(), Status::kOk);
  first.vcpu.RestoreEachRun();
  ExpectBetweenRuns(first, true);
  identity_.Expect(true);
  EXPECT_TRUE(El2Core::Now() == core_);
}

TEST_P(SwitchedValues, EachOwnerFindsItsOwnInEveryRegister) {
  if (IsPassThrough()) return LiveUnder<PassThroughTestHost>();
  LiveUnder<TestHost>();
}
TEST_P(SwitchedValues, APanicWithAGuestLoadedRestoresTheHosts) {
  if (IsPassThrough()) return PanicUnder<PassThroughTestHost>(false);
  PanicUnder<TestHost>(false);
}
TEST_P(SwitchedValues, APanicInsideARunRestoresTheHosts) {
  if (IsPassThrough()) return PanicUnder<PassThroughTestHost>(true);
  PanicUnder<TestHost>(true);
}
TEST_P(SwitchedValues, LeaveOnCpuLeavesAGuestsRegistersUnderTheHostsControls) {
  if (IsPassThrough()) return LeaveUnder<PassThroughTestHost>();
  LeaveUnder<TestHost>();
}

constexpr Setting kSettings[] = {
    {HostKind::kNvhe, HostInterface::kCallback, false, false},
    {HostKind::kNvhe, HostInterface::kCallback, true, true},
    {HostKind::kNvhe, HostInterface::kPassThrough, true, false},
    {HostKind::kNvheTge, HostInterface::kCallback, false, false},
    {HostKind::kNvheTge, HostInterface::kCallback, true, true},
    {HostKind::kNvheTge, HostInterface::kPassThrough, false, true},
    {HostKind::kVhe, HostInterface::kCallback, false, false},
    {HostKind::kVhe, HostInterface::kCallback, true, true},
    {HostKind::kVhe, HostInterface::kPassThrough, true, false},
};
INSTANTIATE_TEST_SUITE_P(Settings, SwitchedValues, ::testing::ValuesIn(kSettings));

}  // namespace
}  // namespace trivet::tests::switched_values_test
