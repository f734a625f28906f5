#pragma once

#include "hal/registers.h"
#include "percpu/host_registers.h"

namespace trivet::percpu {

/// The registers that say whose EL2 this is.
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

/// What the host had, and what Trivet wants instead. Written before the first step, constant during
/// a transition.
struct TransitionState {
  El2Context host;
  El2Context ours;
  HostControls host_controls;
  hal::VtcrEl2 vtcr;
  hal::VttbrEl2 vttbr;
  CpuTraits cpu;
};

}  // namespace trivet::percpu
