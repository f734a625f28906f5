// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "platforms/fdt/tree.h"

namespace trivet::platforms {

/// Why the loader's tree is not used.
struct RefusedTree {
  std::optional<fdt::Error> error;  ///< None: nothing there looks like a tree.
  std::optional<fdt::Tree> rest;    ///< What comes before the place where it is wrong.
};

/// The device tree at `argument`, if there is one; a loader may pass any value. The address must be
/// a multiple of 4, since trees are read by words, and not a small number. Its memory is read under
/// guard, a word of each page, and only if the header is a tree's. Cleans the tree to memory first,
/// so it may be read with caches off.
std::expected<fdt::Tree, RefusedTree> FindLoaderTree(std::uint64_t argument);

}  // namespace trivet::platforms
