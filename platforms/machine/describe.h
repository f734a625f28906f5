#pragma once

#include <string_view>

#include "platforms/fdt/tree.h"
#include "platforms/machine/description.h"

namespace trivet::platforms {

/// What the tree says, as far as it is understood; the rest stays as in an empty Description.
///
/// The console is the device that /chosen's "stdout-path" names; the interrupt controller is the
/// first of the kind that InterruptController prefers, the watchdog the first one known. Disabled
/// nodes do not count, but for CPUs: [devicetree] 3.8.1 has them started by their "enable-method".
Description Describe(const fdt::Tree& tree);

/// /chosen's "bootargs", in the tree's memory. Empty without.
std::string_view BootArguments(const fdt::Tree& tree);

/// `first`, and where it has no console, interrupt controller, watchdog, CPUs or memory, those of
/// `second`. What firmware serves goes with the CPUs, which it starts: of a tree that has some, it
/// is the only one that knows. One without is no description of the machine, such as kexec's from a
/// Linux that was started with ACPI.
Description FillIn(Description first, const Description& second);

}  // namespace trivet::platforms
