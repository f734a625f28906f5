#pragma once

#include <cstdint>
#include <optional>

#include "platforms/fdt/tree.h"

namespace trivet::platforms {

/// The device tree that lies at `argument`, when it is one. A loader may have left anything there:
/// the address has to be a multiple of 8 and not a small number, its first word is read under
/// guard, and the rest only when the header is a tree's. The tree's lines are cleaned to memory
/// first, so it may be read with the caches off.
std::optional<fdt::Tree> LoaderTree(std::uint64_t argument);

}  // namespace trivet::platforms
