// The run loop's half of PerCpuState: loads guest registers and switches EL2 registers for a run.

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

Status PerCpuState::CheckEnabledHere() const {
  if (!IsEnabled()) return Status::kNotEnabled;
  return Cpu::CurrentCpu() == cpu_ ? Status::kOk : Status::kWrongCpu;
}

/// Asks the CPU once after each enable.
void PerCpuState::KnowCpu() {
  if (!traits_.IsQueried()) traits_.Query<Cpu>();
}

/// Records whose registers are loaded. Null: the host's.
void PerCpuState::BindGuest(Guest* owner) {
  if (owner_ != nullptr) owner_->loaded_on = nullptr;
  owner_ = owner;
  ForgetResident();
  if (owner == nullptr) return;
  owner->loaded_on = this;
  if (switches_runs_ || host_uses_fp_ || owner->open.HasAny(kSwitchedEachRun)) return;
  resident_ = owner;
  if (traits_.Has<Feature::kGicV3>()) {
    gic_resident_ = owner;
  } else {
    plain_resident_ = owner;
    place_ = Cpu::Read<MpidrEl1>().raw();
  }
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
    ++loads_;
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
  guest.sve = request.sve;
  if (request.open.Has(Capability::kFp)) TrapVectors(guest, true);
  if (request.open.Has(Capability::kPmu)) {
    const auto mdcr = guest.controls.traps.Get<MdcrEl2>();
    guest.counters = static_cast<std::uint8_t>(PmuState::CountersFor(mdcr));
  }
  guest.terms = terms;
  guest.hcr = terms.value();
  guest.prepared_on = this;
  guest.prepared_in = loads_;
  return Status::kOk;
}

inline void PerCpuState::SaveOpenedRun(GuestRegisters& to, Capabilities open) {
  Cpu cpu;
  to.opened_run.Save(cpu, traits_, open);
  if (open.Has(Capability::kDebug)) [[unlikely]]
    to.debug.Save();
}

inline void PerCpuState::RestoreOpenedRun(const GuestRegisters& from, Capabilities open) {
  Cpu cpu;
  from.opened_run.Restore(cpu, traits_, open);
  if (open.Has(Capability::kDebug)) [[unlikely]]
    from.debug.Restore();
}

inline void PerCpuState::SaveEachRun(GuestRegisters& to, Capabilities open) {
  Cpu cpu;
  to.each_run.Save(cpu, traits_, open);
  if (open.Has(Capability::kPmu)) [[unlikely]]
    to.pmu.Save(run_counters_);
}

inline void PerCpuState::RestoreEachRun(const GuestRegisters& from, Capabilities open) {
  Cpu cpu;
  from.each_run.Restore(cpu, traits_, open);
  if (open.Has(Capability::kPmu)) [[unlikely]]
    from.pmu.Restore(run_counters_);
}

/// Saves the registers of the loaded guest, or the host's before a first one. Under a VHE host
/// BeginRun and EndRun switch what the host uses too.
inline void PerCpuState::SaveOwner() {
  Cpu cpu;
  TakeVectors();
  GuestRegisters& from = owner_ ? *owner_ : host_;
  SaveLoadBank(from.load);
  if (!traits_.e2h()) from.run.Save(cpu, traits_);
  if (owner_ != nullptr && owner_->has_more) {
    if (owner_->interrupts != nullptr) owner_->interrupts->unload(*owner_->interrupts);
    from.opened_load.Save(cpu, traits_, owner_->open);
    if (!traits_.e2h()) SaveOpenedRun(from, owner_->open);
  }
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

inline void PerCpuState::RestoreGuestState(const GuestRegisters& next) {
  Cpu cpu;
  if (next.has_more) {
    next.opened_load.Restore(cpu, traits_, next.open);
    if (!traits_.e2h()) RestoreOpenedRun(next, next.open);
    if (next.interrupts != nullptr) next.interrupts->load(*next.interrupts, traits_.e2h());
  }
  if (!traits_.e2h()) next.run.Restore(cpu, traits_);
  RestoreLoadBank(next.load);
}

/// Stage 2 and traps first, and in effect, then the registers that depend on them.
Status PerCpuState::LoadGuest(Guest& guest, const GuestRequest& request) {
  if (owner_ == &guest) return Status::kOk;
  const bool prepared =
      owner_ != nullptr && guest.prepared_on == this && guest.prepared_in == loads_;
  if (!prepared) [[unlikely]] {
    if (const Status s = PrepareGuest(guest, request); s != Status::kOk) return s;
  }
  const bool same_traps = owner_ != nullptr && owner_->open == guest.open && !vectors_live_;
  ForgetResident();
  SaveOwner();
  if (!guest.open.IsEmpty()) [[unlikely]]
    SaveHostCapabilities(guest.open);
  BindGuest(&guest);  // Before the first write: Panic() finds the host's values.
  Cpu cpu;
  if (StopsWalks()) [[unlikely]] {
    SwitchWithoutWalks(guest, guest.controls, guest.hcr);
    if (!ParksWalks()) StartWalks(cpu, traits_, guest.load);
  } else {
    if (!traits_.e2h()) {
      guest.controls.identity.Restore(cpu, traits_);
      if (!same_traps) guest.controls.traps.Restore(cpu, traits_);
    }
    if (!switches_runs_) WriteHcr(cpu, guest.hcr, transition_.workarounds);
    Cpu::Isb();
    RestoreGuestState(guest);
  }
  if (policy_->vector_registers == VectorRegisters::kEachLoad && !SwitchesVectorsPerRun()) {
    (void)GiveVectors();
  }
  return Status::kOk;
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
    (void)GiveVectors();
    TakeVectors();
    ReturnVectorLength();
    if (traits_.e2h()) Cpu::Write<CptrEl2E2h>(cptr);
  }
  SaveOwner();
  if (guest == GuestState::kReplaced) ReturnHostVectors();
  has_host_vectors_ = has_host_lengths_ = false;
  if (StopsWalks() && guest == GuestState::kReplaced) [[unlikely]] {
    SwitchWithoutWalks(host_, host_controls_, transition_.ours.hcr);
    StartWalks(cpu, traits_, host_.load);
    cpu.Isb();
  } else {
    if (guest == GuestState::kReplaced) RestoreGuestState(host_);
    SwitchControls(host_controls_, transition_.ours.hcr);  // Without the guest's bits.
  }
  // Over the stage 2 that maps nothing, or none: what is walked until LeaveTrivet()'s TLBI goes.
  if (ParksWalks() && guest == GuestState::kStays) StartWalks(cpu, traits_, owner_->load);
  host_.open = {};
  host_.has_more = false;
  BindGuest(nullptr);
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

/// The guest runs with interrupts able to end the run, whatever priorities the host masks. [gic] a
/// DSB makes the write of ICC_PMR_EL1 seen by the interrupt controller.
void PerCpuState::OpenPriorityMask() {
  if (!traits_.Has<Feature::kGicV3>()) return;
  run_pmr_ = Cpu::Read<IccPmrEl1>();
  if (!MasksByPriority(run_pmr_)) return;
  opens_pmr_ = true;
  Cpu::Write<IccPmrEl1>(IccPmrEl1::FromRaw(0xff));
  Cpu::Dsb<Domain::kFullSystem>();
}

void PerCpuState::ClosePriorityMask() {
  if (!opens_pmr_) return;
  Cpu::Write<IccPmrEl1>(run_pmr_);
  opens_pmr_ = false;
}

bool PerCpuState::RunsAsItIs() {
  if (resident_ == nullptr) return false;
  if (!traits_.Has<Feature::kGicV3>()) return true;
  if (MasksByPriority(Cpu::Read<IccPmrEl1>())) return false;
  place_ = PlaceNow();
  return true;
}

void PerCpuState::BeginRun() {
  OpenPriorityMask();
  if (resident_ != nullptr) return;
  Cpu cpu;
  const Capabilities open = run_open_ = owner_->open;
  if (switches_runs_) run_host_ = El2Context::Live<Cpu>();
  if (traits_.e2h()) {
    host_.run.Save(cpu, traits_);
    if (!open.IsEmpty()) SaveOpenedRun(host_, open);
    host_controls_.Save(cpu, traits_);
  }
  if (!open.IsEmpty()) {
    run_counters_ = owner_->counters;
    SaveEachRun(host_, open);
  }
  in_run_ = true;
  if (traits_.e2h()) {
    owner_->controls.Restore(cpu, traits_);
    cpu.Isb();  // Stage 2's tables before VM.
    owner_->run.Restore(cpu, traits_);
    if (!open.IsEmpty()) {
      RestoreOpenedRun(*owner_, open);
      if (owner_->interrupts != nullptr) owner_->interrupts->resume(*owner_->interrupts);
    }
  }
  if (!open.IsEmpty()) RestoreEachRun(*owner_, open);
  if (SwitchesCptrPerRun()) Cpu::Write<CptrEl2>(owner_->controls.traps.Get<CptrEl2>());
  if (policy_->vector_registers == VectorRegisters::kEachLoad && SwitchesVectorsPerRun()) {
    (void)GiveVectors();
  }
  if (!switches_runs_) return;
  SwitchForRun::Into(cpu,
                     {.vbar = transition_.ours.vbar,
                      .hcr = Compose(run_host_.hcr, *policy_, owner_->terms.guests()),
                      .tpidr = OurTpidr(run_host_.tpidr)},
                     transition_.workarounds);
  if (StopsWalks()) [[unlikely]]
    StartWalks(cpu, traits_, owner_->load);
}

void PerCpuState::EndRun() {
  ClosePriorityMask();
  if (!in_run_) return;
  Cpu cpu;
  const Capabilities open = owner_->open;
  if (switches_runs_) LeaveRun();
  if (traits_.e2h()) {
    owner_->run.Save(cpu, traits_);
    if (!open.IsEmpty()) {
      if (owner_->interrupts != nullptr) owner_->interrupts->suspend(*owner_->interrupts);
      SaveOpenedRun(*owner_, open);
    }
  }
  if (!open.IsEmpty()) SaveEachRun(*owner_, open);
  if (SwitchesVectorsPerRun()) TakeVectors();
  RestoreAfterRun();
}

void PerCpuState::RestoreAfterRun() {
  Cpu cpu;
  if (SwitchesVectorsPerRun()) ReturnHostVectors();
  if (SwitchesCptrPerRun()) Cpu::Write<CptrEl2>(host_controls_.traps.Get<CptrEl2>());
  const Capabilities open = run_open_;
  if (traits_.e2h()) {
    host_controls_.Restore(cpu, traits_);
    host_.run.Restore(cpu, traits_);
    if (!open.IsEmpty()) RestoreOpenedRun(host_, open);
  }
  if (!open.IsEmpty()) RestoreEachRun(host_, open);
  cpu.Isb();
  in_run_ = false;
}

/// Replaces a loaded guest's registers by the host's, without saving the guest's.
void PerCpuState::RestoreHostsGuestState() {
  if (owner_ == nullptr) return;
  Cpu cpu;
  RestoreGuestState(host_);
  ReturnHostVectors();
  vectors_live_ = false;
  if (!traits_.e2h()) host_controls_.Restore(cpu, traits_);
  host_.open = {};
  host_.has_more = false;
  cpu.Isb();
  if (StopsWalks()) {
    StartWalks(cpu, traits_, host_.load);
    cpu.Isb();
  }
  owner_ = nullptr;  // The guest's memory is not touched: its registers are lost.
  ForgetResident();
}

}  // namespace trivet::percpu
