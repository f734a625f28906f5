// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "capi/object.h"
#include "hal/cpu_id.h"
#include "percpu/per_cpu_state.h"
#include "percpu/plan.h"
#include "vectors/cpu_slot.h"
#include "vectors/guest_frame.h"

namespace trivet::capi {

/// A trivet_cpu: the PerCpu of a host that is known when it is created. All zeros is vacant.
class alignas(vectors::kCpuPageSize) HostCpu : public percpu::PerCpuState {
 public:
  Status Create(const trivet_host& host, CpuId cpu);

  Status HardwareEnable() { return Enable(request_.made); }
  Status HardwareDisable() { return Disable(); }
  Status CanEnable() { return PerCpuState::CanEnable(request_.made); }
  Status CanDisable() { return PerCpuState::CanDisable(); }
  Status PlanEnable(percpu::Plan& plan) { return PerCpuState::PlanEnable(request_.made, plan); }
  Status PlanDisable(percpu::Plan& plan) { return PerCpuState::PlanDisable(plan); }
  Status Audit() { return PerCpuState::Audit(); }
  Status PrepareSuspend() { return PerCpuState::PrepareSuspend(); }
  Status Resumed() { return Resume(request_.made); }
  Status SuspendFailed() { return ResumeInPlace(request_.made); }
  Status HandOver() { return PerCpuState::HandOver(); }
  void PoweredDown() { PerCpuState::PoweredDown(); }
  void Panic() { PerCpuState::Panic(); }

  const trivet_host& host() const { return host_; }
  /// Of trivet_cpu_enter(), and whether it may: on this CPU, interrupts masked.
  vectors::GuestFrame& frame() { return frame_; }
  Status CheckEnter() const;
  static trivet_cpu* ToC(vectors::CpuSlot& slot) { return reinterpret_cast<trivet_cpu*>(&slot); }

 private:
  static HostCpu& Of(vectors::CpuSlot& slot);
  static Status Check(const trivet_host& host);

  // To the end of the page that the vectors know: PerCpu.
  alignas(16) std::byte emergency_stack_[vectors::kCpuPageSize - sizeof(PerCpuState)];
  trivet_host host_;
  vectors::GuestFrame frame_;
  // As an enable needs it. Before Create() makes it, every call that is given it is refused without
  // a look.
  union Request {
    percpu::EnableRequest made;
  } request_;

  static_assert(sizeof(emergency_stack_) >= 1024, "too little room for the fatal handler");
};
static_assert(sizeof(HostCpu) == TRIVET_CPU_SIZE);

inline HostCpu& Cpu(trivet_cpu* cpu) { return As<HostCpu>(cpu); }

}  // namespace trivet::capi
