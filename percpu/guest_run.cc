// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a run of the loaded guest switches.

#include "hal/cpu.h"
#include "percpu/hcr_policy.h"
#include "percpu/per_cpu_state.h"
#include "percpu/speculative_at.h"
#include "percpu/steps.h"

namespace trivet::percpu {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// The guest runs with interrupts able to end the run, whatever priorities the host masks. [gic] a
/// DSB makes the write of ICC_PMR_EL1 seen by the interrupt controller.
void PerCpuState::OpenPriorityMask() {
  if (!traits_.Has<Feature::kGicV3>()) return;
  run_pmr_ = Cpu::Read<IccPmrEl1>();
  if (!MasksByPriority(run_pmr_)) return;
  Set(kClosesMask, true);
  Cpu::Write<IccPmrEl1>(IccPmrEl1::FromRaw(0xff));
  Cpu::Dsb<Domain::kFullSystem>();
}

void PerCpuState::ClosePriorityMask() {
  if ((ends_run_ & kClosesMask) == 0) return;
  Cpu::Write<IccPmrEl1>(run_pmr_);
  Set(kClosesMask, false);
}

bool PerCpuState::RunsAsItIs() {
  if (resident_ == nullptr) return false;
  if (!traits_.Has<Feature::kGicV3>()) return true;
  if (MasksByPriority(Cpu::Read<IccPmrEl1>())) return false;
  place_ = PlaceNow();
  return true;
}

void PerCpuState::SaveOpenedRun(OwnedRegisters& to, Capabilities open) {
  Cpu cpu;
  to.opened_run.Save(cpu, traits_, open);
  if (open.Has(Capability::kDebug)) to.debug.Save();
}

void PerCpuState::RestoreOpenedRun(const OwnedRegisters& from, Capabilities open) {
  Cpu cpu;
  from.opened_run.Restore(cpu, traits_, open);
  if (open.Has(Capability::kDebug)) from.debug.Restore();
}

void PerCpuState::SaveEachRun(OwnedRegisters& to, Capabilities open) {
  Cpu cpu;
  to.each_run.Save(cpu, traits_, open);
  if (open.Has(Capability::kPmu)) to.pmu.Save(run_counters_);
}

void PerCpuState::RestoreEachRun(const OwnedRegisters& from, Capabilities open) {
  Cpu cpu;
  from.each_run.Restore(cpu, traits_, open);
  if (open.Has(Capability::kPmu)) from.pmu.Restore(run_counters_);
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

/// From a guest's vectors, HCR_EL2 and TPIDR_EL2 to the host's.
void PerCpuState::LeaveRun() {
  Cpu cpu;
  if (StopsWalks()) [[unlikely]] {
    SaveWalks(cpu, traits_, owner_->load);
    StopWalks(cpu, traits_);
  }
  SwitchForRun::OutOf(cpu, run_host_, transition_.workarounds);
}

void PerCpuState::EndRun() {
  if (ends_run_ != 0) [[unlikely]] {
    ClosePriorityMask();
    if ((ends_run_ & kFollowsSError) != 0) FollowSError(*owner_);
  }
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

}  // namespace trivet::percpu
