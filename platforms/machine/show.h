// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>

#include "platforms/acpi/tables.h"
#include "platforms/fdt/tree.h"

namespace trivet::platforms {

/// What an image takes from this tree as text: a line for each kind of device, "none" if the tree
/// has no known one; then what of the
/// tree is not used, and why.
std::string Show(const fdt::Tree& tree);
/// The same of ACPI's tables.
std::string Show(const acpi::Tables& tables);

}  // namespace trivet::platforms
