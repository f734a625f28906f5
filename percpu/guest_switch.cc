// SPDX-License-Identifier: Apache-2.0 OR MIT
// Whose registers are loaded: a guest's, another's, the host's.

#include "hal/cpu.h"
#include "hal/guest_view.h"
#include "percpu/guest_controls.h"
#include "percpu/hcr_policy.h"
#include "percpu/per_cpu_state.h"
#include "percpu/speculative_at.h"
#include "percpu/steps.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

}  // namespace

/// Asks the CPU once after each enable.
void PerCpuState::KnowCpu() {
  if (traits_.IsQueried()) return;
  traits_.Query<Cpu>();
  least_streaming_bytes_ = 0;
}

/// Records that `guest` is loaded.
[[gnu::always_inline]] inline void PerCpuState::BindGuest(Guest& guest) {
  owner_ = &guest;
  guest.loaded_on = this;
  ForgetResident();
  if (!guest.runs_as_it_is) return;
  resident_ = &guest;
  if (traits_.Has<Feature::kGicV3>()) {
    gic_resident_ = &guest;
  } else {
    plain_resident_ = &guest;
    place_ = Cpu::Read<MpidrEl1>().raw();
  }
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

/// Every capability's feature must exist: a register of it would be UNDEFINED.
Status PerCpuState::CheckCapabilities(Capabilities open) {
  if (open.IsEmpty()) return Status::kOk;
  for (unsigned i = 0; i < static_cast<unsigned>(Capability::kCount); ++i) {
    const Feature needs = InfoOf(static_cast<Capability>(i)).needs;
    if (!open.Has(static_cast<Capability>(i)) || LiveFeatures<Cpu>::Has(needs)) continue;
    return Fail({.status = Status::kUnsupportedFeature, .feature = needs});
  }
  return Status::kOk;
}

/// Every requested bit of HCR_EL2 must be granted.
Status PerCpuState::CheckTraps(const HcrTerms& terms) {
  const std::uint64_t refused = terms.requested.raw() & ~terms.value().raw();
  if (refused == 0) return Status::kOk;
  const std::uint64_t absent = refused & terms.layout.absent;
  Feature needs = Feature::kBase;
  for (const FieldInfo& field : kInfo<HcrEl2>.fields) {
    if ((field.mask() & absent) != 0) needs = field.traits.needs;
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
  if (guest.lost || guest.loaded_on == this) return Fail({.status = Status::kLostState});
  if (guest.loaded_on != nullptr) return Fail({.status = Status::kLoadedElsewhere});
  if (const Status s = CheckCapabilities(request.open); s != Status::kOk) return s;
  KnowCpu();
  if (const Status s = CheckVectors(request); s != Status::kOk) return s;
  const HcrTerms terms = TermsFor(request.traps, request.open);
  if (const Status s = CheckTraps(terms); s != Status::kOk) return s;
  if (owner_ == nullptr) {
    Cpu cpu;
    // Under E2H each run saves them: here for the fields that stay the host's.
    if (traits_.e2h()) host_controls_.traps.SaveCommon(cpu, traits_);
    if (!traits_.e2h()) host_controls_.Save(cpu, traits_);
  }
  guest.open = request.open;
  guest.has_more = !request.open.IsEmpty() || guest.interrupts != nullptr;
  guest.controls.traps.Fill(traits_, host_controls_.traps, [&]<class Name>(std::uint64_t host) {
    return GuestControl<Name>(host, request.open, traits_);
  });
  guest.controls.identity.Set<VtcrEl2>(request.vtcr);
  guest.controls.identity.Set<VttbrEl2>(request.vttbr);
  guest.controls.identity.Set<CntvoffEl2>(request.cntvoff);
  guest.controls.identity.Set<VpidrEl2>(VpidrEl2::FromRaw(Cpu::Read<MidrEl1>().raw()));
  guest.controls.identity.Set<VmpidrEl2>(request.vmpidr);
  if (request.open.Has(Capability::kFp)) PrepareVectors(guest, request);
  if (request.open.Has(Capability::kPmu)) {
    const auto mdcr = guest.controls.traps.Get<MdcrEl2>();
    guest.counters = static_cast<std::uint8_t>(PmuState::CountersFor(mdcr));
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

/// What a guest has beyond the base architecture.
[[gnu::noinline]] void PerCpuState::SaveOpened(Guest& guest) {
  Cpu cpu;
  TakeVectors();
  if (guest.interrupts != nullptr) guest.interrupts->unload(*guest.interrupts);
  guest.opened_load.Save(cpu, traits_, guest.open);
  if (!traits_.e2h()) SaveOpenedRun(guest, guest.open);
}
[[gnu::noinline]] void PerCpuState::RestoreOpened(const OwnedRegisters& next,
                                                  GuestInterrupts* interrupts) {
  Cpu cpu;
  next.opened_load.Restore(cpu, traits_, next.open);
  if (!traits_.e2h()) RestoreOpenedRun(next, next.open);
  if (interrupts != nullptr) interrupts->load(*interrupts, traits_.e2h());
}

/// Saves the registers that every guest has, of the guest that is loaded, or of the host before a
/// first one. Under a VHE host BeginRun and EndRun switch what the host uses too.
[[gnu::noinline]] void PerCpuState::SaveBase(OwnedRegisters& owner) {
  Cpu cpu;
  const bool parked = owner_ != nullptr && ParksWalks();
  const TcrEl1 tcr = owner.load.Get<TcrEl1>();
  const SctlrEl1 sctlr = owner.load.Get<SctlrEl1>();
  owner.load.Save(cpu, traits_);
  if (parked) owner.load.Set<TcrEl1>(tcr), owner.load.Set<SctlrEl1>(sctlr);
  if (!traits_.e2h()) owner.run.Save(cpu, traits_);
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
  Cpu cpu;
  host_.opened_load.Save(cpu, traits_, more);
  if (!traits_.e2h()) {
    SaveOpenedRun(host_, more);
    // Not the host's where a guest is loaded: it is one of that guest's controls.
    host_.opened_run.Set<IchHcrEl2>(host_controls_.traps.Get<IchHcrEl2>());
  }
  host_.open = host_.open | more;
  host_.has_more = true;
}

void PerCpuState::RestoreGuestState(const OwnedRegisters& next) {
  Cpu cpu;
  if (next.has_more) RestoreOpened(next, nullptr);
  if (!traits_.e2h()) next.run.Restore(cpu, traits_);
  next.load.Restore(cpu, traits_, {}, WithoutWalks(StopsWalks()));
}

/// HCR_EL2 last: nothing may come between it and the ISB (WriteHcr).
void PerCpuState::SwitchControls(const GuestControls& controls, HcrEl2 hcr) {
  Cpu cpu;
  if (!traits_.e2h()) controls.Restore(cpu, traits_);
  if (!switches_runs_) WriteHcr(cpu, hcr, transition_.workarounds);
  cpu.Isb();
}

/// From the registers of `owner`, null for the host, to those of `next`. Stage 2 and traps first,
/// and in effect, then the registers that depend on them. Where walks have to stop
/// (percpu/speculative_at.h), they do so first, and stage 2 comes last.
template <bool kE2h>
[[gnu::always_inline]] inline void PerCpuState::SwitchTo(Guest* owner, Guest& next, bool has_more,
                                                         bool same_traps) {
  Cpu cpu;
  // In registers: a register access may change memory.
  const CpuTraits here = traits_;
  if (here.e2h() != kE2h) __builtin_unreachable();
  const Workarounds workarounds = transition_.workarounds;
  const bool switches_runs = switches_runs_, stops_walks = StopsWalks();
  const auto restore_stage2 = [&] {
    if (!kE2h) next.controls.identity.Restore(cpu, here);
    if (!switches_runs) WriteHcr(cpu, next.hcr, workarounds);
    cpu.Isb();
  };

  if (owner != nullptr) [[likely]] {
    if (switches_runs && stops_walks) [[unlikely]] {
      SaveBase(*owner);
    } else {
      owner->load.Save(cpu, here);
      if (!kE2h) owner->run.Save(cpu, here);
    }
    if (owner->has_more) [[unlikely]] {
      same_traps = same_traps && !vectors_live_;
      SaveOpened(*owner);
    }
    owner->loaded_on = nullptr;
  } else {
    SaveBase(host_);
  }
  if (has_more) [[unlikely]]
    SaveHostCapabilities(next.open);
  BindGuest(next);  // Before the first write: Panic() finds the host's values.

  if (stops_walks) StopWalks(cpu, here);
  if (!kE2h && !same_traps) [[unlikely]]
    next.controls.traps.Restore(cpu, here);
  if (!stops_walks) restore_stage2();
  if (has_more) [[unlikely]]
    RestoreOpened(next, next.interrupts);
  if (!kE2h) next.run.Restore(cpu, here);
  next.load.Restore(cpu, here, {}, WithoutWalks(stops_walks));
  if (!stops_walks) return;
  restore_stage2();
  if (!switches_runs) StartWalks(cpu, here, next.load);
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
    SwitchTo<true>(owner, guest, has_more, same_traps);
  } else {
    SwitchTo<false>(owner, guest, has_more, same_traps);
  }
  if (has_more) [[unlikely]]
    GiveVectorsAtLoad();
  return Status::kOk;
}

void PerCpuState::GiveVectorsAtLoad() {
  const bool each_load = policy_->vector_registers == VectorRegisters::kEachLoad;
  if (each_load && !SwitchesVectorsPerRun()) (void)GiveVectors();
}

void PerCpuState::UnloadGuest() { ReleaseGuest(GuestState::kReplaced); }

/// Saves a loaded guest's registers and puts the host's EL2 controls back, and, unless the guest's
/// are to stay, the host's registers.
void PerCpuState::ReleaseGuest(GuestState guest) {
  if (owner_ == nullptr) return;
  ForgetResident();
  Cpu cpu;
  if (guest ==
      GuestState::kStays) {  // With its FP and SIMD registers; CPTR_EL2 stays a VHE host's.
    const CptrEl2E2h cptr = traits_.e2h() ? Cpu::Read<CptrEl2E2h>() : CptrEl2E2h();
    TakeVectors();
    (void)GiveVectors();
    vectors_live_ = false;
    ReturnVectorLength();
    if (traits_.e2h()) Cpu::Write<CptrEl2E2h>(cptr);
  }
  SaveOwner();
  if (guest == GuestState::kReplaced) ReturnHostVectors();
  ForgetHostVectors();
  const bool stops_walks = StopsWalks() && guest == GuestState::kReplaced;
  if (stops_walks) StopWalks(cpu, traits_);
  if (guest == GuestState::kReplaced) RestoreGuestState(host_);
  SwitchControls(host_controls_, transition_.ours.hcr);  // Without the guest's bits.
  if (stops_walks) {
    StartWalks(cpu, traits_, host_.load);
    cpu.Isb();
  }
  // Over the stage 2 that maps nothing, or none: what is walked until LeaveTrivet()'s TLBI goes.
  if (ParksWalks() && guest == GuestState::kStays) StartWalks(cpu, traits_, owner_->load);
  UnbindGuest();
}

/// The layout of `bits` of HCR_EL2 on this CPU. Read once, from a dozen ID registers, by the first
/// load of a guest that needs them.
HcrLayout PerCpuState::LayoutOf(std::uint64_t bits) {
  if ((bits & ~known_bits_) != 0) [[unlikely]] {
    known_bits_ |= bits;
    layout_ = HcrLayout::For(LiveFeatures<Cpu>{}, known_bits_);
  }
  return {.absent = layout_.absent & bits, .ones = layout_.ones & bits};
}

HcrTerms PerCpuState::TermsFor(HcrEl2 traps, Capabilities open) {
  KnowCpu();
  const HcrEl2 host = switches_runs_ ? Cpu::Read<HcrEl2>() : transition_.host.hcr;
  const HcrEl2 controls = GuestHcr(open, traits_);
  return {.requested = traps,
          .controls = controls,
          .policy = *policy_,
          .layout = LayoutOf(traps.raw() | controls.raw() | policy_->hcr_set.raw() | host.raw()),
          .host = host};
}

/// Replaces a loaded guest's registers by the host's, without saving the guest's.
void PerCpuState::RestoreHostsGuestState() {
  if (measures_) EndMeasuring();
  Guest* const lost = owner_;
  if (lost == nullptr) return;
  Cpu cpu;
  RestoreGuestState(host_);
  ReturnHostVectors();
  vectors_live_ = false;
  if (!traits_.e2h()) host_controls_.Restore(cpu, traits_);
  cpu.Isb();
  if (StopsWalks()) {
    StartWalks(cpu, traits_, host_.load);
    cpu.Isb();
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
