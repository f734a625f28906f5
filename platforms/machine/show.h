#pragma once

#include <string>

#include "platforms/fdt/tree.h"

namespace trivet::platforms {

/// What an image takes from this tree, for people: a line for each thing, and "none" for each that
/// it does not find or does not know.
std::string Show(const fdt::Tree& tree);

}  // namespace trivet::platforms
