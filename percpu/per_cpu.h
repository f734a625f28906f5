#pragma once

#include <cstddef>

#include "percpu/host.h"
#include "percpu/per_cpu_state.h"
#include "percpu/policy.h"
#include "percpu/stage2_guard.h"

namespace trivet::percpu {

/// EL2 of one CPU, one page: TPIDR_EL2 points at it while the CPU is enabled, the vectors find
/// handlers and crash record at its start and the emergency stack at its end, and no other CPU's
/// data shares it. Declare one per CPU with static storage:
///
///     constinit percpu::PerCpu<MyHost> cpus[4];
///
/// Every call reports through Status; last_error() has the register, feature or values behind it.
template <Host H, Policy P = DefaultPolicy>
class alignas(vectors::kCpuPageSize) PerCpu : public PerCpuState {
 public:
  /// Binds this object, and the handlers or the chain table's memory that H gives for it, to `cpu`.
  /// Once, or again after HandOver() or Panic(); from any CPU, at any level. Errors:
  /// kAlreadyCreated, kHandlerMissing; for a pass-through host also kInvalidArgument.
  Status Create(CpuId cpu) {
    if constexpr (PassThroughHost<H>) {
      return CreateFor(cpu, H::ChainPlaceFor(cpu));
    } else {
      return CreateFor(cpu, H::HandlersFor(cpu));
    }
  }

  /// Turns virtualization on. On this object's CPU, at EL2, any mask state (kept). The stage 2 it
  /// leaves maps nothing. Errors, nothing changed: kNotAtEl2, kNotCreated, kAlreadyEnabled,
  /// kSuspended, kWrongCpu, kInUse, kUnsupportedFeature (the policy sets a bit that this CPU
  /// lacks); kInvalidArgument for a vector base of H's that is none; for a pass-through host
  /// kOutOfReach.
  Status HardwareEnable() { return Enable(Request()); }

  /// Turns it off and restores every register HardwareEnable() or a guest changed. On this object's
  /// CPU, at EL2, any mask state (kept). Errors, nothing changed: kNotAtEl2, kNotEnabled,
  /// kSuspended, kWrongCpu, kVectorsReplaced. Afterwards: kRestoreMismatch.
  Status HardwareDisable() { return Disable(); }

  /// HardwareEnable()'s checks, or HardwareDisable()'s, and nothing else. On this object's CPU, at
  /// EL2, any mask state (kept). Errors: the transition's own.
  Status CanEnable() { return PerCpuState::CanEnable(Request()); }
  Status CanDisable() { return PerCpuState::CanDisable(); }

  /// Writes down what HardwareEnable() or HardwareDisable() would do here and now; changes nothing.
  /// Errors: the transition's own. What a disable does for a loaded guest's registers comes before
  /// the plan and is not in it.
  Status PlanEnable(Plan& plan) { return PerCpuState::PlanEnable(Request(), plan); }
  Status PlanDisable(Plan& plan) { return PerCpuState::PlanDisable(plan); }

  /// Compares the live VBAR_EL2, HCR_EL2 and TPIDR_EL2 with what an enabled CPU has. Errors: as for
  /// HardwareDisable(), and kRestoreMismatch for drift.
  Status Audit() { return PerCpuState::Audit(); }

  // Life events. README.md has the table of who calls which when.

  /// Before a suspend that may lose the CPU's registers, and before the host saves its own: puts
  /// everything back as HardwareDisable() does, and remembers to enable again. On this object's
  /// CPU, at EL2, any mask state (kept). Errors: those of HardwareDisable().
  Status PrepareSuspend() { return PerCpuState::PrepareSuspend(); }

  /// After the suspend, once the host has its own registers back, or has new ones: enables again
  /// over what the host has now. Nothing of before is used. On this object's CPU, at EL2, any mask
  /// state (kept). Errors, nothing changed: those of HardwareEnable(), with kNotEnabled (no
  /// PrepareSuspend() before) in kSuspended's place.
  Status Resumed() { return Resume(Request()); }

  /// After a suspend that was refused or woke before power was lost: the CPU is as it was enabled,
  /// bit for bit; a guest is loaded again by its next run. Errors, nothing changed: those of
  /// Resumed(), and kLostState with the register when the host's registers are not those that
  /// PrepareSuspend() left: power was lost after all.
  Status SuspendFailed() { return ResumeInPlace(Request()); }

  /// Says that the CPU lost its registers without PrepareSuspend(), or that it will not come back
  /// from a suspend (CPU_OFF, a CPU that died): nothing in them is ours any more and nothing will
  /// be restored. A guest whose registers were loaded has lost them. Any CPU, while the one it is
  /// about executes nothing of Trivet's. Enable again after the CPU is back.
  void PoweredDown() { PerCpuState::PoweredDown(); }

  /// Gives EL2 to its next owner (kexec, a boot loader's payload): puts everything back, if
  /// enabled, and forgets the binding, so that every later call says kNotCreated until Create().
  /// On this object's CPU, at EL2, any mask state (kept). Errors, nothing changed: kNotAtEl2,
  /// kNotCreated, kWrongCpu, kSuspended, kVectorsReplaced. Afterwards: kRestoreMismatch.
  Status HandOver() { return PerCpuState::HandOver(); }

  /// The host is about to report that it is broken: gives it back its vectors, its HCR_EL2 and
  /// everything else, from wherever this CPU was: in the middle of a transition or a run, in a
  /// handler, with any lock held and any mask (kept). Checks nothing that could be wrong, cannot
  /// fail, may be called again; guests' registers on this CPU are lost. Like HandOver() it forgets
  /// the binding. Below EL2, and for another CPU's object, it does nothing.
  void Panic() { PerCpuState::Panic(); }

 private:
  EnableRequest Request() const {
    return {.policy = kPolicy<P>,
            .empty_stage2 = PhysicalAddressOf<H>(kEmptyStage2),
            .host_vbar = VectorBaseOf<H>(cpu())};
  }

  alignas(16) std::byte emergency_stack_[vectors::kCpuPageSize - sizeof(PerCpuState)] = {};

  static_assert(sizeof(emergency_stack_) >= 1024, "too little room for the fatal handler");
};

}  // namespace trivet::percpu
