// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platforms/fdt/tree_builder.h"
#include "platforms/machine/description.h"

/// Trees for tests, and what Describe() makes of them.
namespace trivet::platforms {

/// Of a tree that has to be a good one. Names of nodes dangle.
Description Described(const fdt::TreeBuilder& builder);

/// The tree's unusable nodes, with why.
using Reasons = std::vector<std::pair<std::string, std::string>>;
Reasons Unusable(const fdt::TreeBuilder& builder);

/// A root of one address and one size cell, not closed.
fdt::TreeBuilder Root();

/// Open nodes.
fdt::TreeBuilder& Device(fdt::TreeBuilder& builder, std::string_view name,
                         std::string_view compatible, std::initializer_list<std::uint32_t> reg);
fdt::TreeBuilder& CpuNode(fdt::TreeBuilder& tree, std::uint32_t affinity, std::string_view method);

}  // namespace trivet::platforms
