// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "vcpu/psci/functions.h"
#include "vcpu/psci/guest_psci.h"

/// For a guest whose vCPUs each have a CPU: while a vCPU is off its CPU waits at EL2.
namespace trivet::vcpu {

/// Waits until vCPU `self` of the CPU that calls is turned on, and returns where it starts. Calls
/// `meanwhile` at first and after each wake. At EL2, interrupts masked.
template <class Psci, class Meanwhile = void (*)()>
typename Psci::Entry WaitForCpuOn(Psci& psci, unsigned self, Meanwhile meanwhile = [] {}) {
  while (psci.StateOf(self) != psci::CpuState::kOnPending) {
    meanwhile();
    asm volatile("wfe");
  }
  return psci.Started(self);
}

/// Wakes the CPUs that wait by WFE. Earlier stores of this CPU are seen by them.
inline void WakeWaitingCpus() { asm volatile("dsb ish\n sev" ::: "memory"); }

/// Does what the run loop has to do for kResume, kStart and kSuspend: then the guest runs again.
/// False, and nothing done: another kind. At EL2, where a physical interrupt ends WFI.
inline bool Continue(PsciAction action) {
  switch (action.kind) {
    case PsciAction::Kind::kResume: return true;
    case PsciAction::Kind::kStart: return WakeWaitingCpus(), true;
    case PsciAction::Kind::kSuspend: asm volatile("dsb sy\n wfi" ::: "memory"); return true;
    default: return false;
  }
}

}  // namespace trivet::vcpu
