// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/registers.h"
#include "percpu/errata.h"

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

/// Stage 2's tables and their shape.
struct Stage2Context {
  hal::VtcrEl2 vtcr;
  hal::VttbrEl2 vttbr;

  template <class B>
  static Stage2Context Live() {
    return {.vtcr = B::template Read<hal::VtcrEl2>(), .vttbr = B::template Read<hal::VttbrEl2>()};
  }
};

/// The input of every step: the host's values and Trivet's. Written before the first step, constant
/// during a transition.
struct TransitionState {
  El2Context host;
  El2Context ours;
  Stage2Context host_stage2;
  Stage2Context guard;  ///< Maps nothing.
  Workarounds workarounds;
};

}  // namespace trivet::percpu
