#pragma once

#include "hal/registers.h"
#include "percpu/host_registers.h"

namespace trivet::percpu {

/// The registers that differ between the owners of EL2.
struct El2Context {
  hal::VbarEl2 vbar;
  hal::HcrEl2 hcr;
  hal::TpidrEl2 tpidr;

  template <class B>
  static El2Context Live() {
    return {.vbar = B::template Read<hal::VbarEl2>(),
            .hcr = B::template Read<hal::HcrEl2>(),
            .tpidr = B::template Read<hal::TpidrEl2>()};
  }
};

/// The input of every step: the host's values and Trivet's. Written before the first step, constant
/// during a transition.
struct TransitionState {
  El2Context host;
  El2Context ours;
  HostControls host_controls;
  hal::VtcrEl2 vtcr;
  hal::VttbrEl2 vttbr;
  CpuTraits cpu;
};

}  // namespace trivet::percpu
