// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/cpu.h"
#include "hal/features.h"
#include "hal/registers.h"

namespace trivet::percpu {

/// Masks D, A, I and F for its lifetime, then restores the caller's mask.
class MaskedInterrupts {
 public:
  MaskedInterrupts() : before_(hal::Cpu::DaifMask()) {}
  ~MaskedInterrupts() noexcept(false) { hal::Cpu::DaifRestore(before_); }
  MaskedInterrupts(const MaskedInterrupts&) = delete;
  MaskedInterrupts& operator=(const MaskedInterrupts&) = delete;

 private:
  const hal::Daif before_;
};

/// The mask of interrupts with Superpriority, PSTATE.ALLINT, under a host that takes them: I and F
/// do not mask those. [arm-arm] SCTLR_EL2.NMI, PSTATE.ALLINT.
class SuperpriorityMask {
 public:
  /// Between Mask() and Restore().
  bool is_set() const { return is_set_; }
  /// The host took some at the last Mask(). If not, Mask() and Restore() have changed nothing.
  bool is_used() const { return is_used_; }

  /// By SCTLR_EL2.NMI, which is RES0 without FEAT_NMI: software may have written it.
  static bool HostMayTakeAny() {
    if (hal::Cpu::Read<hal::HcrEl2>().e2h()) return hal::Cpu::Read<hal::SctlrEl2E2h>().nmi();
    return hal::Cpu::Read<hal::SctlrEl2>().nmi();
  }

  void Mask() {
    is_set_ = true;
    is_used_ = hal::Has<hal::Feature::kNmi, hal::Cpu>() && HostMayTakeAny();
    if (!is_used_) return;
    callers_ = hal::Cpu::Read<hal::AllInt>();
    hal::Cpu::Write<hal::AllInt>(hal::AllInt().allint(true));
  }
  /// The mask is as it was at Mask().
  void Restore() {
    is_set_ = false;
    if (is_used_) hal::Cpu::Write<hal::AllInt>(callers_);
  }

 private:
  hal::AllInt callers_;
  bool is_set_ = false;
  bool is_used_ = false;
};

/// Passed by a caller that runs on the CPU it names, cannot migrate, and has D, A, I and F masked;
/// Superpriority too (above) for what is not a Vcpu's Run(). Unchecked.
struct MaskedAndPinned {};

}  // namespace trivet::percpu
