// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <span>

#include "platforms/translation/tables.h"

namespace trivet::platforms {

/// What MapRam() was given.
std::span<const translation::Ram> MappedRam();

/// Bits of a physical address of this CPU that EL2's tables can have.
unsigned PhysicalBits();

}  // namespace trivet::platforms
