// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/cpu.h"
#include "hal/features.h"
#include "hal/registers.h"

namespace trivet::vcpu {

/// Saves the host's PSTATE fields that an exit changes, and restores them at the end of its scope;
/// Vcpu::Run() itself keeps only the interrupt mask, with ALLINT where SCTLR_EL2.NMI was set at
/// enable. After an exit PAN and DIT are the guest's, UAO is 0, TCO 1, SSBS and ALLINT follow
/// SCTLR_EL2. [arm-arm] "Process state on exception entry". For
/// hosts that use one of them, around any number of runs; at EL2. Reads the ID registers each time.
class KeptPstate {
 public:
  KeptPstate() { Visit(Save{}); }
  ~KeptPstate() { Visit(Restore{}); }
  KeptPstate(const KeptPstate&) = delete;
  KeptPstate& operator=(const KeptPstate&) = delete;

 private:
  struct Save {
    template <class R>
    void Do(std::uint64_t& value) {
      value = hal::Cpu::Read<R>().raw();
    }
  };
  struct Restore {
    template <class R>
    void Do(const std::uint64_t& value) {
      hal::Cpu::Write<R>(R::FromRaw(value));
    }
  };

  template <class Action>
  void Visit(Action action) {
    using enum hal::Feature;
    VisitOne<hal::Pan, kPan>(action, values_[0]);
    VisitOne<hal::Uao, kUao>(action, values_[1]);
    VisitOne<hal::Dit, kDit>(action, values_[2]);
    VisitOne<hal::Ssbs, kSsbs2>(action, values_[3]);
    VisitOne<hal::Tco, kMte>(action, values_[4]);
    VisitOne<hal::AllInt, kNmi>(action, values_[5]);
  }
  template <class R, hal::Feature kFeature, class Action>
  static void VisitOne(Action& action, std::uint64_t& value) {
    if (hal::Has<kFeature, hal::Cpu>()) action.template Do<R>(value);
  }

  std::uint64_t values_[6] = {};
};

}  // namespace trivet::vcpu
