// SPDX-License-Identifier: Apache-2.0 OR MIT
// Whose registers are loaded: a guest's, another's, the host's.

#include <iterator>

#include "hal/cpu.h"
#include "percpu/guest_controls.h"
#include "percpu/hcr_policy.h"
#include "percpu/per_cpu_state.h"
#include "percpu/speculative_at.h"
#include "percpu/steps.h"
#include "percpu/switching.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// Of each capability.
constexpr Feature kNeeds[] = {
    Feature::kBase,
    Feature::kBase,
#define CAPABILITY(enumerator, name, feature) Feature::feature,
#include "hal/regs/guest.def"
};
static_assert(std::size(kNeeds) == static_cast<unsigned>(Capability::kCount));

}  // namespace

/// Asks the CPU once after each enable.
void PerCpuState::KnowCpu() {
  if (traits_.IsQueried()) return;
  traits_.Query();
  least_streaming_bytes_ = 0;
}

/// Records that no guest is loaded. The next one is prepared for what the host has by then.
void PerCpuState::UnbindGuest() {
  ++loads_;
  if (owner_ != nullptr) owner_->loaded_on = nullptr;
  owner_ = nullptr;
  host_.open = {};
  host_.has_more = false;
  ForgetResident();
}

/// Every capability's feature must exist, where a register of it would be UNDEFINED, and its part
/// be linked.
Status PerCpuState::CheckCapabilities(Capabilities open) {
  Capabilities missing = internal::kRegisterCapabilities;
  ForParts(open, [&](const RegisterPart& part) { missing = missing.Without(part.serves); });
  if (parts_->vectors == nullptr) missing = missing | internal::kVectorCapabilities;
  for (unsigned i = static_cast<unsigned>(Capability::kFp); i < std::size(kNeeds); ++i) {
    const Capabilities capability = static_cast<Capability>(i);
    if (!open.HasAny(capability)) continue;
    const Feature needs = kNeeds[i];
    const Status status = !CpuHas(needs)               ? Status::kUnsupportedFeature
                          : missing.HasAny(capability) ? Status::kHandlerMissing
                                                       : Status::kOk;
    if (status != Status::kOk) return Fail({.status = status, .feature = needs});
  }
  return Status::kOk;
}

/// Every requested bit of HCR_EL2 must be granted.
Status PerCpuState::CheckTraps(const HcrTerms& terms) {
  const std::uint64_t refused = terms.requested.raw() & ~terms.value().raw();
  if (refused == 0) return Status::kOk;
  const std::uint64_t absent = refused & terms.layout.absent;
  Feature needs = Feature::kBase;
  for (const HcrField& field : kHcrFields) {
    if ((field.mask() & absent) != 0) needs = field.needs;
  }
  return Fail({.status = Status::kUnsupportedFeature,
               .feature = needs,
               .register_id = RegisterId::kHcrEl2,
               .expected = terms.requested.raw(),
               .got = terms.requested.raw() & ~refused});
}

/// Checks a guest that comes after the host's registers, or from another CPU, and computes its
/// controls from the host's.
Status PerCpuState::PrepareGuest(Guest& guest, const GuestRequest& request) {
  const bool lost = guest.lost || guest.loaded_on == this;
  const Status held = lost                                      ? Status::kLostState
                      : guest.loaded_on != nullptr              ? Status::kLoadedElsewhere
                      : traits_.e2h() && parts_->vhe == nullptr ? Status::kHandlerMissing
                                                                : Status::kOk;
  if (held != Status::kOk) return Refuse(held);
  if (const Status s = CheckCapabilities(request.open); s != Status::kOk) return s;
  KnowCpu();
  const bool has_vectors = request.open.HasAny(internal::kVectorCapabilities);
  if (has_vectors) {
    if (const Status s = parts_->vectors->check(*this, request); s != Status::kOk) return s;
  }
  const HcrTerms terms = TermsFor(request.traps, request.open);
  if (const Status s = CheckTraps(terms); s != Status::kOk) return s;
  if (owner_ == nullptr) SaveControls(host_controls_);
  guest.open = request.open;
  guest.has_more = !request.open.IsEmpty() || guest.interrupts != nullptr;
  MakeControls(guest.controls.traps, host_controls_.traps, request.open, traits_, El1Of::kGuest);
  guest.controls.identity.Set<VtcrEl2>(request.vtcr);
  guest.controls.identity.Set<VttbrEl2>(request.vttbr);
  guest.controls.identity.Set<CntvoffEl2>(request.cntvoff);
  guest.controls.identity.Set<VpidrEl2>(VpidrEl2::FromRaw(Cpu::Read<MidrEl1>().raw()));
  guest.controls.identity.Set<VmpidrEl2>(request.vmpidr);
  if (has_vectors) parts_->vectors->prepare(*this, guest, request);
  if (request.open.Has(Capability::kPmu)) {
    const auto mdcr = guest.controls.traps.Get<MdcrEl2>();
    guest.pmu.counters = static_cast<std::uint8_t>(PmuState::CountersFor(mdcr));
  }
  guest.terms = terms;
  guest.hcr = terms.value();
  const bool switches = switches_runs_ || host_uses_fp_ || superpriority_.is_used() ||
                        request.open.HasAny(kSwitchedEachRun);
  guest.runs_as_it_is = !switches;
  guest.prepared_on = this;
  guest.prepared_in = loads_;
  return Status::kOk;
}

[[gnu::noinline]] void PerCpuState::SaveControls(GuestControls& to) const {
  if (traits_.e2h()) return parts_->vhe->save_controls(*this, to);
  SaveControlsAs<false>(to);
}

/// What a guest has beyond the base architecture.
[[gnu::noinline]] void PerCpuState::SaveOpened(Guest& guest) {
  TakeVectors();
  if (guest.interrupts != nullptr) guest.interrupts->unload(*guest.interrupts);
  SaveMore(guest, SwitchTime::kOnLoad, guest.open);
  if (!traits_.e2h()) SaveMore(guest, SwitchTime::kOnRun, guest.open);
}
[[gnu::noinline]] void PerCpuState::RestoreOpened(const OwnedRegisters& next,
                                                  GuestInterrupts* interrupts) {
  RestoreMore(next, SwitchTime::kOnLoad, next.open);
  if (!traits_.e2h()) RestoreMore(next, SwitchTime::kOnRun, next.open);
  if (interrupts != nullptr) interrupts->load(*interrupts, traits_.e2h());
}

/// Saves the registers that every guest has, of the guest that is loaded, or of the host before a
/// first one.
[[gnu::noinline]] void PerCpuState::SaveBase(OwnedRegisters& owner) {
  const bool parked = owner_ != nullptr && ParksWalks();
  const TcrEl1 tcr = owner.load.Get<TcrEl1>();
  const SctlrEl1 sctlr = owner.load.Get<SctlrEl1>();
  if (traits_.e2h()) {
    parts_->vhe->save_base(*this, owner);
  } else {
    SaveBaseAs<false>(owner);
  }
  if (parked) owner.load.Set<TcrEl1>(tcr), owner.load.Set<SctlrEl1>(sctlr);
}

[[gnu::cold]] void PerCpuState::HoldWalks() const {
  Cpu cpu;
  StopWalks(cpu, traits_);
}
[[gnu::cold]] void PerCpuState::LetWalk(const LoadBank& next) const {
  Cpu cpu;
  StartWalks(cpu, traits_, next);
}

void PerCpuState::SaveOwner() {
  SaveBase(*owner_);
  if (owner_->has_more) SaveOpened(*owner_);
}

/// Saves the host's values of the registers of `open` that no guest has had since the host's were
/// saved: until then they are the host's.
void PerCpuState::SaveHostCapabilities(Capabilities open) {
  const Capabilities more = open.Without(host_.open);
  if (more.IsEmpty()) return;
  SaveMore(host_, SwitchTime::kOnLoad, more);
  if (!traits_.e2h()) {
    SaveMore(host_, SwitchTime::kOnRun, more);
    // Not the host's where a guest is loaded: it is one of that guest's controls.
    host_.opened_run.Set<IchHcrEl2>(host_controls_.traps.Get<IchHcrEl2>());
  }
  host_.open = host_.open | more;
  host_.has_more = true;
}

void PerCpuState::RestoreGuestState(const OwnedRegisters& next) {
  if (next.has_more) RestoreOpened(next, nullptr);
  if (traits_.e2h()) return parts_->vhe->restore_base(*this, next);
  RestoreBaseAs<false>(next);
}

/// Under a VHE host they are the guest's during its runs alone.
[[gnu::noinline]] void PerCpuState::RestoreControls(const GuestControls& controls) const {
  if (traits_.e2h()) return;
  Cpu cpu;
  controls.identity.Restore(cpu, TraitsAs<false>());
  RestoreTraps(controls.traps);
}
[[gnu::noinline]] void PerCpuState::RestoreTraps(const TrapBank& traps) const {
  Cpu cpu;
  traps.Restore(cpu, TraitsAs<false>());
}

/// HCR_EL2 last: nothing may come between it and the ISB (WriteHcr).
void PerCpuState::SwitchControls(const GuestControls& controls, HcrEl2 hcr) {
  Cpu cpu;
  RestoreControls(controls);
  if (!switches_runs_) WriteHcr(cpu, hcr, transition_.workarounds);
  Cpu::Isb();
}

Status PerCpuState::ReplaceOwner(Guest& guest, const GuestRequest& request) {
  const bool prepared = guest.prepared_on == this && guest.prepared_in == loads_;
  if (!prepared) [[unlikely]] {
    if (const Status s = PrepareGuest(guest, request); s != Status::kOk) return s;
  }
  Guest* const owner = owner_;
  const bool same_traps = owner != nullptr && owner->open == guest.open;
  const bool has_more = guest.has_more;
  if (traits_.e2h()) {
    parts_->vhe->switch_to(*this, owner, guest, has_more, same_traps);
  } else {
    SwitchTo<false>(owner, guest, has_more, same_traps);
  }
  if (has_more) [[unlikely]]
    GiveVectorsAtLoad();
  return Status::kOk;
}

[[gnu::noinline]] bool PerCpuState::GiveVectors() {
  if (owner_ == nullptr || vectors_live_ || !owner_->open.Has(Capability::kFp)) return false;
  parts_->vectors->give(*this);
  return true;
}

void PerCpuState::GiveVectorsAtLoad() {
  const bool each_load = policy_->vector_registers == VectorRegisters::kEachLoad;
  if (each_load && !SwitchesVectorsPerRun()) (void)GiveVectors();
}

void PerCpuState::UnloadGuest() { ReleaseGuest(nullptr); }

/// The loaded guest's FP and SIMD registers stay too; CPTR_EL2 stays a VHE host's.
void PerCpuState::KeepVectors(PerCpuState& cpu) {
  const bool e2h = cpu.traits_.e2h();
  const CptrEl2E2h cptr = e2h ? Cpu::Read<CptrEl2E2h>() : CptrEl2E2h();
  cpu.TakeVectors();
  (void)cpu.GiveVectors();
  cpu.vectors_live_ = false;
  const bool has_lengths = cpu.has_host_lengths_ || cpu.has_host_za_;
  if (has_lengths) cpu.parts_->vectors->return_lengths(cpu);
  if (e2h) Cpu::Write<CptrEl2E2h>(cptr);
}

/// Saves a loaded guest's registers and puts the host's EL2 controls back, and, unless the guest's
/// are to stay, the host's registers.
void PerCpuState::ReleaseGuest(Keep keep) {
  if (owner_ == nullptr) return;
  ForgetResident();
  const bool stays = keep != nullptr;
  if (stays) keep(*this);
  SaveOwner();
  if (!stays) ReturnHostVectors();
  ForgetHostVectors();
  const bool stops_walks = StopsWalks() && !stays;
  if (stops_walks) HoldWalks();
  if (!stays) RestoreGuestState(host_);
  SwitchControls(host_controls_, transition_.ours.hcr);  // Without the guest's bits.
  if (stops_walks) {
    LetWalk(host_.load);
    Cpu::Isb();
  }
  // Over the stage 2 that maps nothing, or none: what is walked until LeaveTrivet()'s TLBI goes.
  if (ParksWalks() && stays) LetWalk(owner_->load);
  UnbindGuest();
}

/// The layout of `bits` of HCR_EL2 on this CPU. Read once, from a dozen ID registers, by the first
/// load of a guest that needs them.
HcrLayout PerCpuState::LayoutOf(std::uint64_t bits) {
  if ((bits & ~known_bits_) != 0) [[unlikely]] {
    known_bits_ |= bits;
    layout_ = LiveHcrLayout(known_bits_);
  }
  return {.absent = layout_.absent & bits, .ones = layout_.ones & bits};
}

HcrTerms PerCpuState::TermsFor(HcrEl2 traps, Capabilities open) {
  KnowCpu();
  const HcrEl2 host = switches_runs_ ? Cpu::Read<HcrEl2>() : transition_.host.hcr;
  const HcrEl2 controls = ControlledHcr(open, traits_, El1Of::kGuest);
  return {.requested = traps,
          .controls = controls,
          .policy = *policy_,
          .layout = LayoutOf(traps.raw() | controls.raw() | policy_->hcr_set.raw() | host.raw()),
          .host = host};
}

[[gnu::noinline]] Status PerCpuState::ExpectAll(std::span<const std::uint64_t> expected,
                                                std::span<const std::uint64_t> live,
                                                const RegisterId* ids) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (live[i] != expected[i]) {
      return Fail({Status::kRestoreMismatch, Feature::kBase, ids[i], expected[i], live[i]});
    }
  }
  return Status::kOk;
}

/// Under an nVHE host. Out of line: an audit without a guest does not pay for the copies.
[[gnu::noinline]] Status PerCpuState::AuditGuestControls() {
  GuestControls expected = owner_->controls, live;
  SaveControls(live);
  if (SwitchesCptrPerRun()) {
    expected.traps.Set<CptrEl2>(host_controls_.traps.Get<CptrEl2>());
  }
  if (owner_->open.Has(Capability::kInterruptInterface)) {  // EOIcount counts in hardware.
    expected.traps.Set<IchHcrEl2>(live.traps.Get<IchHcrEl2>());
  }
  const auto expect = [this]<class... Rs>(const RegisterBank<Rs...>& a,
                                          const RegisterBank<Rs...>& b) {
    return ExpectAll(a.values(), b.values(), RegisterBank<Rs...>::kIds);
  };
  if (const Status s = expect(expected.identity, live.identity); s != Status::kOk) return s;
  if (const Status s = expect(expected.traps, live.traps); s != Status::kOk) return s;
  return expect(expected.traps.seldom, live.traps.seldom);
}

/// Replaces a loaded guest's registers by the host's, without saving the guest's.
void PerCpuState::RestoreHostsGuestState() {
  if (measures_) parts_->vectors->end_measuring(*this);
  Guest* const lost = owner_;
  if (lost == nullptr) return;
  RestoreGuestState(host_);
  ReturnHostVectors();
  vectors_live_ = false;
  RestoreControls(host_controls_);
  Cpu::Isb();
  if (StopsWalks()) {
    LetWalk(host_.load);
    Cpu::Isb();
  }
  owner_ = nullptr;  // The guest's memory is not touched: its registers are lost.
  UnbindGuest();
  AbandonInterrupts(*lost, /*powered=*/true);  // Once: a panic inside does not come here again.
}

void PerCpuState::AbandonInterrupts(Guest& guest, bool powered) {
  GuestInterrupts* const interrupts = guest.interrupts;
  if (interrupts == nullptr || interrupts->abandon == nullptr) return;
  interrupts->abandon(*interrupts, powered);
  if (powered) Cpu::Isb();
}

}  // namespace trivet::percpu
