#pragma once

#include "platforms/machine/description.h"

namespace trivet::platforms {

/// What this machine is made of: what the device tree of its loader says, and where that says
/// nothing the board's own. The boot CPU is the first in it. Any CPU, any time after main() began.
const Description& ThisMachine();

}  // namespace trivet::platforms
