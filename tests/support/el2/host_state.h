#pragma once

#include "hal/registers.h"

namespace trivet::tests {

/// What the test host keeps for one CPU: what it found, and what its own table took.
struct HostState {
  hal::VbarEl2 vbar;
  hal::HcrEl2 hcr;
  hal::CptrEl2 cptr;
  hal::CnthctlEl2 cnthctl;
  unsigned irqs = 0;
  unsigned fiqs = 0;
  bool has_fiqs = false;  ///< EL2 can raise them.
};

HostState& ThisHost();

}  // namespace trivet::tests
