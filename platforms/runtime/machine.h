#pragma once

#include "platforms/machine/description.h"

namespace trivet::platforms {

/// This machine's devices and CPUs: from the loader's device tree, and from the board's own where
/// the loader's has nothing. The boot CPU is the first. Any CPU, any time after main() began.
const Description& ThisMachine();

}  // namespace trivet::platforms
