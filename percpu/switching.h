// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <iterator>

#include "hal/cpu.h"
#include "percpu/hcr_policy.h"
#include "percpu/per_cpu_state.h"
#include "percpu/speculative_at.h"
#include "percpu/steps.h"

/// What loads and runs switch, by the names of an nVHE or a VHE host: the first are
/// guest_switch.cc's and guest_run.cc's, the second vhe_switch.cc's.
namespace trivet::percpu {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// Calls f(part) for each that has registers of `open`.
template <class F>
[[gnu::always_inline]] inline void PerCpuState::ForParts(Capabilities open, F f) const {
  const RegisterPart* const* const end = std::end(parts_->registers);
  for (const RegisterPart* const* part = parts_->registers; part != end; ++part) {
    if (*part != nullptr && (*part)->serves.HasAny(open)) f(**part);
    asm volatile("" : "+r"(part));  // A loop: three copies of it would be longer than fast.
  }
}

/// In a register: a register access may change memory.
template <bool kE2h>
[[gnu::always_inline]] inline CpuTraits PerCpuState::TraitsAs() const {
  const CpuTraits here = traits_;
  if (here.e2h() != kE2h) __builtin_unreachable();
  return here;
}

/// Under a VHE host each run saves all of them: here for the fields that stay the host's.
template <bool kE2h>
void PerCpuState::SaveControlsAs(GuestControls& to) const {
  Cpu cpu;
  const CpuTraits here = TraitsAs<kE2h>();
  if constexpr (kE2h) {
    to.traps.SaveCommon(cpu, here);
  } else {
    to.Save(cpu, here);
  }
}

/// Under a VHE host BeginRun and EndRun switch what the host uses too.
template <bool kE2h>
[[gnu::noinline]] void PerCpuState::SaveBaseAs(OwnedRegisters& owner) const {
  Cpu cpu;
  const CpuTraits here = TraitsAs<kE2h>();
  owner.load.Save(cpu, here);
  if (!kE2h) owner.run.Save(cpu, here);
}

template <bool kE2h>
[[gnu::noinline]] void PerCpuState::RestoreBaseAs(const OwnedRegisters& next) const {
  Cpu cpu;
  const CpuTraits here = TraitsAs<kE2h>();
  if (!kE2h) next.run.Restore(cpu, here);
  next.load.Restore(cpu, here, {}, WithoutWalks(StopsWalks()));
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

/// From the registers of `owner`, null for the host, to those of `next`. Stage 2 and traps first,
/// and in effect, then the registers that depend on them. Where walks have to stop
/// (percpu/speculative_at.h), they do so first, and stage 2 comes last.
template <bool kE2h>
[[gnu::always_inline]] inline void PerCpuState::SwitchTo(Guest* owner, Guest& next, bool has_more,
                                                         bool same_traps) {
  Cpu cpu;
  // In registers: a register access may change memory.
  const CpuTraits here = TraitsAs<kE2h>();
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
      SaveBaseAs<kE2h>(*owner);
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
    RestoreTraps(next.controls.traps);
  if (!stops_walks) restore_stage2();
  if (has_more) [[unlikely]]
    RestoreOpened(next, next.interrupts);
  if (!kE2h) next.run.Restore(cpu, here);
  next.load.Restore(cpu, here, {}, WithoutWalks(stops_walks));
  if (!stops_walks) return;
  restore_stage2();
  if (!switches_runs) StartWalks(cpu, here, next.load);
}

template <bool kE2h>
void PerCpuState::BeginRunAs() {
  Cpu cpu;
  const CpuTraits here = TraitsAs<kE2h>();
  const Capabilities open = run_open_ = owner_->open;
  if (switches_runs_) run_host_ = El2Context::Live<Cpu>();
  if constexpr (kE2h) {
    host_.run.Save(cpu, here);
    if (!open.IsEmpty()) SaveMore(host_, SwitchTime::kOnRun, open);
    host_controls_.Save(cpu, here);
  }
  if (!open.IsEmpty()) {
    host_.pmu.counters = owner_->pmu.counters;
    SaveMore(host_, SwitchTime::kEachRun, open);
  }
  in_run_ = true;
  if constexpr (kE2h) {
    owner_->controls.Restore(cpu, here);
    cpu.Isb();  // Stage 2's tables before VM.
    owner_->run.Restore(cpu, here);
    if (!open.IsEmpty()) {
      RestoreMore(*owner_, SwitchTime::kOnRun, open);
      if (owner_->interrupts != nullptr) owner_->interrupts->resume(*owner_->interrupts);
    }
  }
  if (!open.IsEmpty()) RestoreMore(*owner_, SwitchTime::kEachRun, open);
  if (!kE2h && host_uses_fp_) Cpu::Write<CptrEl2>(owner_->controls.traps.Get<CptrEl2>());
  if (policy_->vector_registers == VectorRegisters::kEachLoad && (kE2h || host_uses_fp_)) {
    (void)GiveVectors();
  }
  if (!switches_runs_) return;
  SwitchForRun::Into(cpu,
                     {.vbar = transition_.ours.vbar,
                      .hcr = Compose(run_host_.hcr, *policy_, owner_->terms.guests()),
                      .tpidr = OurTpidr(run_host_.tpidr)},
                     transition_.workarounds);
  if (StopsWalks()) [[unlikely]]
    LetWalk(owner_->load);
}

template <bool kE2h>
void PerCpuState::RestoreAfterRunAs() {
  Cpu cpu;
  const CpuTraits here = TraitsAs<kE2h>();
  if (kE2h || host_uses_fp_) ReturnHostVectors();
  if (!kE2h && host_uses_fp_) Cpu::Write<CptrEl2>(host_controls_.traps.Get<CptrEl2>());
  const Capabilities open = run_open_;
  if constexpr (kE2h) {
    host_controls_.Restore(cpu, here);
    host_.run.Restore(cpu, here);
    if (!open.IsEmpty()) RestoreMore(host_, SwitchTime::kOnRun, open);
  }
  if (!open.IsEmpty()) RestoreMore(host_, SwitchTime::kEachRun, open);
  cpu.Isb();
  in_run_ = false;
}

template <bool kE2h>
void PerCpuState::EndRunAs() {
  Cpu cpu;
  const CpuTraits here = TraitsAs<kE2h>();
  const Capabilities open = owner_->open;
  if (switches_runs_) LeaveRun();
  if constexpr (kE2h) {
    owner_->run.Save(cpu, here);
    if (!open.IsEmpty()) {
      if (owner_->interrupts != nullptr) owner_->interrupts->suspend(*owner_->interrupts);
      SaveMore(*owner_, SwitchTime::kOnRun, open);
    }
  }
  if (!open.IsEmpty()) SaveMore(*owner_, SwitchTime::kEachRun, open);
  if (kE2h || host_uses_fp_) TakeVectors();
  RestoreAfterRunAs<kE2h>();
}

}  // namespace trivet::percpu
