// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>

#include "percpu/host.h"
#include "percpu/parts.h"
#include "percpu/per_cpu_state.h"
#include "percpu/policy.h"
#include "percpu/stage2_guard.h"

namespace trivet::percpu {

/// EL2 of one CPU, in one page. TPIDR_EL2 points at it while the CPU is enabled, or H's slot finder
/// leads to it: the vectors find handlers and crash record at its start and the emergency stack at
/// its end. No other CPU's data
/// is in it. Declare one per CPU with static storage:
///
///     constinit percpu::PerCpu<MyHost> cpus[4];
///
/// Every call returns a Status; last_error() has the register, feature or values of an error.
template <Host H, Policy P = DefaultPolicy>
class alignas(vectors::kCpuPageSize) PerCpu : public PerCpuState {
 public:
  /// Binds this object, and the handlers or the chain table's memory that H gives for it, to `cpu`.
  /// Once, or again after HandOver() or Panic(); from any CPU, at any level. Errors:
  /// kAlreadyCreated, kHandlerMissing; for a pass-through host also kInvalidArgument.
  Status Create(CpuId cpu) {
    const Status status = CreateForHost(cpu);
    if (status == Status::kOk) UseParts(PartsOf<H>());
    if constexpr (requires { H::SveAreaFor(cpu); }) {
      static_assert(UsesFp<H>(), "a host that uses SVE has kUsesFp");
      if (status == Status::kOk) SetHostSve(H::SveAreaFor(cpu));
    }
    if constexpr (requires { H::SmeAreaFor(cpu); }) {
      static_assert(UsesFp<H>(), "a host that uses SME has kUsesFp");
      if (status == Status::kOk) SetHostSme(H::SmeAreaFor(cpu));
    }
    return status;
  }

  /// Turns virtualization on. On this object's CPU, at EL2, any mask state (kept). The stage 2 it
  /// leaves maps nothing. Errors, nothing changed: kNotAtEl2, kNotCreated, kAlreadyEnabled,
  /// kSuspended, kWrongCpu, kInUse, kUnsupportedHost (SPSel is 0, SCTLR_EL2.{EIS, EOS} are not both
  /// 1, or EL2 is Secure and has VSTTBR_EL2: Error has the register), kUnsupportedFeature (the
  /// policy sets a bit that this CPU lacks), kInvalidArgument (H's vector base is misaligned); for
  /// a pass-through host kOutOfReach; with a slot finder kSlotMissing, kSlotMisaligned, kWrongSlot.
  Status HardwareEnable() { return Enable(Request()); }

  /// Turns it off and restores every register HardwareEnable() or a guest changed. On this object's
  /// CPU, at EL2, any mask state (kept). Errors, nothing changed: kNotAtEl2, kNotEnabled,
  /// kSuspended, kWrongCpu, kVectorsReplaced. Afterwards: kRestoreMismatch.
  Status HardwareDisable() { return Disable(); }

  /// The same, but the registers of a loaded guest stay: the caller returns to EL1, where what was
  /// the guest goes on natively, without stage 2 (its frame has the PC and PSTATE). The host's
  /// registers of EL1 and EL0 are lost. What the guest has in its runs alone is written by
  /// vcpu::Vcpu::RestoreEachRun(). OpenToEl1() before HardwareEnable() makes controls that fit.
  Status LeaveOnCpu() { return PerCpuState::LeaveOnCpu(); }

  /// The checks of HardwareEnable() or HardwareDisable(), without the change. On this CPU, at
  /// EL2, any mask state (kept). Errors: the transition's own.
  Status CanEnable() { return PerCpuState::CanEnable(Request()); }
  Status CanDisable() { return PerCpuState::CanDisable(); }

  /// Records what HardwareEnable() or HardwareDisable() would do now; changes nothing. Errors: the
  /// transition's own. Not in the plan: a disable first saves a loaded guest's registers.
  Status PlanEnable(Plan& plan) { return PerCpuState::PlanEnable(Request(), plan); }
  Status PlanDisable(Plan& plan) { return PerCpuState::PlanDisable(plan); }

  /// Compares the live VBAR_EL2, HCR_EL2 and TPIDR_EL2 with an enabled CPU's values. Errors: as for
  /// HardwareDisable(); kRestoreMismatch for a difference; with a slot finder, in TPIDR_EL2's
  /// place, those of it.
  Status Audit() { return PerCpuState::Audit(); }

  // Power and hand-over events: README.md lists which call belongs to which event.

  /// Before a suspend that may lose the CPU's registers, and before the host saves its own: puts
  /// everything back as HardwareDisable() does, and enters the suspended state. On this object's
  /// CPU, at EL2, any mask state (kept). Errors: those of HardwareDisable().
  Status PrepareSuspend() { return PerCpuState::PrepareSuspend(); }

  /// After the suspend, once the host has its own registers back, or has new ones: enables again
  /// over what the host has now. No earlier value is used. On this object's CPU, at EL2, any mask
  /// state (kept). Errors, nothing changed: those of HardwareEnable(), with kNotEnabled (no
  /// PrepareSuspend() before) in kSuspended's place.
  Status Resumed() { return Resume(Request()); }

  /// After a suspend that was refused or woke before power was lost: the CPU is as it was enabled,
  /// bit for bit; a guest is loaded again by its next run. Errors, nothing changed: those of
  /// Resumed(), and kLostState with the register when the host's registers are not those that
  /// PrepareSuspend() left: power was lost after all.
  Status SuspendFailed() { return ResumeInPlace(Request()); }

  /// Records that the CPU lost its registers without PrepareSuspend(), or will not return from a
  /// suspend (CPU_OFF, a CPU that died): nothing will be restored, and a guest whose registers were
  /// loaded has lost them. From any CPU, while this object's CPU executes no Trivet code. Enable
  /// again after the CPU is back.
  void PoweredDown() { PerCpuState::PoweredDown(); }

  /// Gives EL2 to its next owner (kexec, a boot loader's payload): puts everything back, if
  /// enabled, and removes the binding: every later call returns kNotCreated until Create().
  /// On this object's CPU, at EL2, any mask state (kept). Errors, nothing changed: kNotAtEl2,
  /// kNotCreated, kWrongCpu, kSuspended, kVectorsReplaced. Afterwards: kRestoreMismatch.
  Status HandOver() { return PerCpuState::HandOver(); }

  /// For a host that is about to report its own failure: restores its vectors, HCR_EL2 and
  /// everything else from any point of execution: in the middle of a transition or a run, in a
  /// handler, with any lock held and any mask (kept). Relies on no register's value, cannot fail,
  /// may be called again; guests' registers on this CPU are lost. Removes the binding, as
  /// HandOver() does. Does nothing below EL2 or on another CPU.
  void Panic() { PerCpuState::Panic(); }

 private:
  Status CreateForHost(CpuId cpu) {
    static_assert(!(PassThroughHost<H> && HasVectorTable<H>), "a pass-through host has a table");
    if constexpr (HasVectorTable<H>) {
      return CreateFor(cpu, H::HandlersFor(cpu), H::kVectorTable, &kFinderPart);
    } else if constexpr (PassThroughHost<H>) {
      return CreateFor(cpu, H::ChainPlaceFor(cpu));
    } else {
      return CreateFor(cpu, H::HandlersFor(cpu));
    }
  }

  EnableRequest Request() const {
    return {.policy = kPolicy<P>,
            .empty_stage2 = PhysicalAddressOf<H>(kEmptyStage2),
            .host_vbar = VectorBaseOf<H>(cpu()),
            .host_uses_fp = UsesFp<H>()};
  }

  alignas(16) std::byte emergency_stack_[vectors::kCpuPageSize - sizeof(PerCpuState)] = {};

  static_assert(sizeof(emergency_stack_) >= 1024, "too little room for the fatal handler");
};

}  // namespace trivet::percpu
