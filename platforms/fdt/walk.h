// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "platforms/fdt/tree.h"

namespace trivet::platforms::fdt {

/// A range of physical addresses.
struct Region {
  std::uint64_t base;
  std::uint64_t size;
  bool operator==(const Region&) const = default;
};

/// A node together with the nodes it is in, from the root.
class Place {
 public:
  const Node& node() const { return *nodes_[depth_ - 1]; }
  /// How many nodes enclose it: 0 for the root.
  unsigned depth() const { return depth_ - 1; }
  /// The enclosing node at `depth`, 0 for the root; depth <= depth().
  const Node& At(unsigned depth) const { return *nodes_[depth]; }
  /// Whether it is the child of the root with this name.
  bool IsTopLevel(std::string_view name) const { return depth() == 1 && node().name() == name; }
  /// Whether neither it nor a node it is in has a "status" other than okay. [devicetree] 2.3.4.
  bool IsEnabled() const;
  /// Entry `i` of "reg", or of a property of the same form, as the CPUs see it, through the
  /// "ranges" of every bus it is on. [devicetree] 2.3.6, 2.3.8. Nothing where there is no such
  /// entry or a bus is not mapped.
  std::optional<Region> Register(unsigned i, std::string_view property = "reg") const;
  /// How many cells an address has in the node's "reg"; 0 where the node around it gives no usable
  /// number. [devicetree] 2.3.5.
  unsigned AddressCells() const;

 private:
  friend class Walk;
  std::array<std::optional<Node>, kMaxDepth> nodes_;
  unsigned depth_ = 0;
};

/// Visits the nodes of a tree in the order of the structure block, the root first.
class Walk {
 public:
  explicit Walk(const Tree& tree) : tree_(&tree), at_(tree.structure_) {}

  /// The next place, valid until the next call; null after the last one.
  const Place* Next();

 private:
  const Tree* tree_;
  std::uint32_t at_;
  Place place_;
};

/// The name of the last node, "/" for the root: in a salvaged tree, where it is wrong.
std::string_view LastNode(const Tree& tree);

/// The node with this absolute path; a component may leave out its unit address.
std::optional<Place> FindPath(const Tree& tree, std::string_view path);

/// The node that a path or an alias names, up to a ':'. [devicetree] 3.3, 3.6 ("stdout-path").
std::optional<Place> FindNamed(const Tree& tree, std::string_view name);

}  // namespace trivet::platforms::fdt
