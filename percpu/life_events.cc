// SPDX-License-Identifier: Apache-2.0 OR MIT
// Events besides enable and disable: suspend, power-down, hand-over, panic.

#include "hal/cpu.h"
#include "percpu/masked_interrupts.h"
#include "percpu/per_cpu_state.h"
#include "percpu/speculative_at.h"
#include "percpu/steps.h"

namespace trivet::percpu {

using hal::Cpu;

/// A register that differs from what PrepareSuspend() left means that power was lost.
Status PerCpuState::ResumeInPlace(const EnableRequest& request) {
  if (!AtEl2()) return Refuse(Status::kNotAtEl2);
  const MaskedInterrupts masked;
  if (const Status s = CanEnable(State::kSuspended, request); s != Status::kOk) return s;
  if (const Status s = VerifyEl2Context(Status::kLostState); s != Status::kOk) return s;
  const Stage2Context& host = transition_.host_stage2;
  if (const Status s = VerifyStage2(host, Status::kLostState); s != Status::kOk) return s;
  return Enable(State::kSuspended, request);
}

Status PerCpuState::HandOver() {
  if (!AtEl2()) return Refuse(Status::kNotAtEl2);
  const State state = state_.load(std::memory_order_acquire);
  if (state == State::kVacant) return Refuse(Status::kNotCreated);
  if (state != State::kReady) return Leave(State::kVacant);
  if (Cpu::CurrentCpu() != cpu_) return Refuse(Status::kWrongCpu);
  state_.store(State::kVacant, std::memory_order_release);
  return Status::kOk;
}

void PerCpuState::PoweredDown() {
  const State state = state_.load(std::memory_order_acquire);
  if (state == State::kVacant || state == State::kReady) return;
  if (owner_ != nullptr) {
    owner_->lost = true;
    AbandonInterrupts(*owner_, /*powered=*/false);
  }
  UnbindGuest();
  vectors_live_ = has_host_vectors_ = has_host_lengths_ = false;
  ends_run_ = 0;
  in_run_ = false;
  superpriority_ = {};
  // A suspended CPU's hardware state was given up by PrepareSuspend().
  if (state != State::kSuspended) GiveUp();
  state_.store(State::kReady, std::memory_order_release);
}

/// The vectors and HCR_EL2 come first: from then on the host's vectors take a fault in this code.
void PerCpuState::RestoreHostNow() {
  Cpu cpu;
  ClosePriorityMask();
  ends_run_ = 0;
  if (owner_ != nullptr && StopsWalks()) HoldWalks();
  if (in_run_) {
    if (switches_runs_) SwitchForRun::OutOf(cpu, run_host_, transition_.workarounds);
    RestoreAfterRun();
  }
  LeaveTrivet(cpu, vector_ownership(), transition_);
  if (!per_run_) {  // A guest was loaded over the stage 2 that maps nothing.
    host_controls_.identity.Set<hal::VtcrEl2>(transition_.host_stage2.vtcr);
    host_controls_.identity.Set<hal::VttbrEl2>(transition_.host_stage2.vttbr);
  }
  RestoreHostsGuestState();
}

/// Requires only that this page can be read, and for a loaded guest's interrupts, which come last,
/// its Vcpu: takes no lock, checks no register, accesses no guest memory. The state changes last,
/// so that a panic inside it starts over.
void PerCpuState::Panic() {
  if (!AtEl2()) return;
  const MaskedInterrupts masked;
  const State state = state_.load(std::memory_order_acquire);
  if (state == State::kVacant || Cpu::CurrentCpu() != cpu_) return;
  if (state == State::kEntering || state >= State::kEnabled) {
    if (superpriority_.is_used()) superpriority_.Mask();
    RestoreHostNow();
    GiveUp();
    if (superpriority_.is_used()) superpriority_.Restore();
    superpriority_ = {};
  }
  state_.store(State::kVacant, std::memory_order_release);
}

}  // namespace trivet::percpu
