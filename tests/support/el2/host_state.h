// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <optional>

#include "hal/registers.h"
#include "tests/support/host_of_kind.h"

namespace trivet::tests {

/// What the test host keeps for one CPU: what it found, and what its own table took.
struct HostState {
  hal::VbarEl2 vbar;
  std::optional<HostOfKind> kind;
  unsigned irqs = 0;
  unsigned fiqs = 0;
  bool has_fiqs = false;  ///< EL2 can raise them.
};

HostState& ThisHost();

}  // namespace trivet::tests
