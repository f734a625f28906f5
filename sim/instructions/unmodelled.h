// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "hal/register_id.h"

/// The controls of sim/instructions/unmodelled.def.
namespace trivet::sim {

struct UnmodelledControl {
  hal::RegisterId id;
  std::uint64_t mask;
  std::string_view what;
};

/// Throws Violation when the file names what the register descriptions does not describe.
std::span<const UnmodelledControl> UnmodelledControls();

}  // namespace trivet::sim
