#pragma once

#include <cstdint>
#include <optional>

#include "platforms/fdt/tree.h"

namespace trivet::platforms {

/// The device tree at `argument`, if there is one; a loader may pass any value. The address must be
/// a multiple of 8 and not a small number, its first word is read under guard, and the rest only if
/// the header is a tree's. Cleans the tree to memory first, so it may be read with caches off.
std::optional<fdt::Tree> FindLoaderTree(std::uint64_t argument);

}  // namespace trivet::platforms
