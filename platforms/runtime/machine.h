// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <optional>

#include "platforms/fdt/tree.h"
#include "platforms/machine/description.h"

namespace trivet::platforms {

/// This machine's devices and CPUs: from the loader's device tree, and from the board's own where
/// the loader's has nothing. The boot CPU is the first. Any CPU, any time after main() began.
const Description& ThisMachine();

/// The tree that the loader passed, in the loader's memory; none: it passed none. fdt::Editor makes
/// one for a guest of it. Any CPU, any time after main() began.
std::optional<fdt::Tree> LoaderTree();

/// The memory of this image, with .bss and stacks: multiples of 4096. What is not to be a guest's.
MemoryRange ImageRange();

}  // namespace trivet::platforms
