// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a run of the loaded guest switches.

#include "hal/cpu.h"
#include "percpu/hcr_policy.h"
#include "percpu/per_cpu_state.h"
#include "percpu/speculative_at.h"
#include "percpu/steps.h"
#include "percpu/switching.h"

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

/// The registers of `open` that are switched at `when`. What they need is linked: PrepareGuest().
[[gnu::noinline]] void PerCpuState::SaveMore(OwnedRegisters& to, SwitchTime when,
                                             Capabilities open) {
  ForParts(open, [&](const RegisterPart& part) { part.save(to, when, traits_, open); });
}
[[gnu::noinline]] void PerCpuState::RestoreMore(const OwnedRegisters& from, SwitchTime when,
                                                Capabilities open) {
  ForParts(open, [&](const RegisterPart& part) { part.restore(from, when, traits_, open); });
}

void PerCpuState::BeginRun() {
  OpenPriorityMask();
  if (resident_ != nullptr) return;
  if (traits_.e2h()) return parts_->vhe->begin_run(*this);
  BeginRunAs<false>();
}

/// From a guest's vectors, HCR_EL2 and TPIDR_EL2 to the host's.
void PerCpuState::LeaveRun() {
  Cpu cpu;
  if (StopsWalks()) [[unlikely]] {
    SaveWalks(cpu, traits_, owner_->load);
    HoldWalks();
  }
  SwitchForRun::OutOf(cpu, run_host_, transition_.workarounds);
}

void PerCpuState::EndRun() {
  if (ends_run_ != 0) [[unlikely]] {
    ClosePriorityMask();
    if ((ends_run_ & kFollowsSError) != 0) (void)owner_->serror.is_pending(*this, *owner_);
  }
  if (!in_run_) return;
  if (traits_.e2h()) return parts_->vhe->end_run(*this);
  EndRunAs<false>();
}

void PerCpuState::RestoreAfterRun() {
  if (traits_.e2h()) return parts_->vhe->restore_after_run(*this);
  RestoreAfterRunAs<false>();
}

}  // namespace trivet::percpu
