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
  /// Once; from any CPU, at any level. Errors: kAlreadyCreated, kHandlerMissing; for a chained host
  /// also kInvalidArgument.
  Status Create(CpuId cpu) {
    if constexpr (ChainedHost<H>) {
      return CreateFor(cpu, H::ChainPlaceFor(cpu));
    } else {
      return CreateFor(cpu, H::HandlersFor(cpu));
    }
  }

  /// Turns virtualization on. On this object's CPU, at EL2, any mask state (kept). The stage 2 it
  /// leaves maps nothing. Errors, nothing changed: kNotAtEl2, kNotCreated, kAlreadyEnabled,
  /// kWrongCpu, kInUse; kInvalidArgument for a vector base of H's that is none; for a chained host
  /// kOutOfReach.
  Status HardwareEnable() { return Enable(Request()); }

  /// Turns it off and restores every register HardwareEnable() or a guest changed. On this object's
  /// CPU, at EL2, any mask state (kept). Errors, nothing changed: kNotAtEl2, kNotEnabled,
  /// kWrongCpu, kVectorsReplaced. Afterwards: kRestoreMismatch.
  Status HardwareDisable() { return Disable(); }

  /// Writes down what HardwareEnable() or HardwareDisable() would do here and now; changes nothing.
  /// Errors: the transition's own. What a disable does for a loaded guest's registers comes before
  /// the plan and is not in it.
  Status PlanEnable(Plan& plan) { return PerCpuState::PlanEnable(Request(), plan); }
  Status PlanDisable(Plan& plan) { return PerCpuState::PlanDisable(plan); }

  /// Compares the live VBAR_EL2, HCR_EL2 and TPIDR_EL2 with what an enabled CPU has. Errors: as for
  /// HardwareDisable(), and kRestoreMismatch for drift.
  Status Audit() { return PerCpuState::Audit(); }

  /// Says that the CPU lost its registers (CPU_OFF, suspend to power-down): nothing in them is ours
  /// any more and nothing will be restored. Any CPU. Enable again after the CPU is back.
  void PoweredDown() { PerCpuState::PoweredDown(); }

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
