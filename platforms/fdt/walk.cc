// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/fdt/walk.h"

#include "platforms/fdt/layout.h"

namespace trivet::platforms::fdt {
namespace {

// [devicetree] 2.3.5: what a node has that does not say.
constexpr std::uint32_t kDefaultAddressCells = 2;
constexpr std::uint32_t kDefaultSizeCells = 1;
constexpr unsigned kMaxCells = 4;

/// How many cells an address and a size have in the "reg" of a bus's children.
struct Cells {
  unsigned address;
  unsigned size;
};

std::optional<Cells> CellsOf(const Node& bus) {
  const auto count = [&](std::string_view name, std::uint32_t otherwise) {
    const auto property = bus.Find(name);
    return property ? property->Number(0, 1).value_or(kMaxCells + 1) : otherwise;
  };
  const std::uint64_t address = count("#address-cells", kDefaultAddressCells);
  const std::uint64_t size = count("#size-cells", kDefaultSizeCells);
  if (address > kMaxCells || size > kMaxCells) return std::nullopt;
  return Cells{.address = static_cast<unsigned>(address), .size = static_cast<unsigned>(size)};
}

bool Contains(const Region& outer, const Region& inner) {
  return inner.base >= outer.base && inner.base - outer.base < outer.size &&
         inner.size <= outer.size - (inner.base - outer.base);
}

/// Where the region on `bus` is on the bus around it.
std::optional<Region> Translate(const Node& bus, const Node& around, Region region) {
  const auto ranges = bus.Find("ranges");
  if (!ranges) return std::nullopt;
  if (ranges->bytes().empty()) return region;
  const auto child = CellsOf(bus);
  const auto parent = CellsOf(around);
  if (!child || !parent) return std::nullopt;
  const unsigned stride = child->address + parent->address + child->size;
  for (unsigned at = 0; stride != 0 && ranges->cells() - at >= stride; at += stride) {
    const auto from = ranges->Number(at, child->address);
    const auto to = ranges->Number(at + child->address, parent->address);
    const auto size = ranges->Number(at + child->address + parent->address, child->size);
    if (!from || !to || !size || !Contains({*from, *size}, region)) continue;
    return Region{.base = *to + (region.base - *from), .size = region.size};
  }
  return std::nullopt;
}

/// Takes the part up to the next '/' off `path`.
std::string_view TakeComponent(std::string_view& path) {
  const std::size_t end = path.find('/');
  const std::string_view component = path.substr(0, end);
  path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  return component;
}

}  // namespace

bool Place::IsEnabled() const {
  for (unsigned i = 0; i < depth_; ++i) {
    const auto status = nodes_[i]->Find("status");
    if (status && status->String() != "okay" && status->String() != "ok") return false;
  }
  return true;
}

unsigned Place::AddressCells() const {
  const auto cells = depth() == 0 ? std::nullopt : CellsOf(At(depth() - 1));
  return cells ? cells->address : 0;
}

std::optional<Region> Place::Register(unsigned i, std::string_view property) const {
  if (depth() == 0) return std::nullopt;
  const auto reg = node().Find(property);
  const auto cells = CellsOf(At(depth() - 1));
  if (!reg || !cells) return std::nullopt;
  const unsigned first = i * (cells->address + cells->size);
  const auto base = reg->Number(first, cells->address);
  const auto size = reg->Number(first + cells->address, cells->size);
  if (cells->address == 0 || !base || !size) return std::nullopt;
  std::optional<Region> region = Region{.base = *base, .size = *size};
  for (unsigned bus = depth() - 1; bus > 0 && region; --bus) {
    region = Translate(At(bus), At(bus - 1), *region);
  }
  return region;
}

const Place* Walk::Next() {
  for (;;) {
    switch (tree_->Token(at_)) {
      case kBeginNode:
        place_.nodes_[place_.depth_++] = Node(*tree_, at_);
        at_ = tree_->AfterName(at_);
        return &place_;
      case kEndNode:
        --place_.depth_;
        ++at_;
        break;
      case kProperty: at_ = tree_->AfterProperty(at_); break;
      case kNop: ++at_; break;
      default: return nullptr;
    }
  }
}

std::string_view LastNode(const Tree& tree) {
  std::string_view name;
  Walk walk(tree);
  while (const Place* place = walk.Next()) name = place->node().name();
  return name.empty() ? "/" : name;
}

std::optional<Place> FindPath(const Tree& tree, std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  unsigned found = 0;  // nodes of the path passed so far, the root among them
  std::string_view wanted;
  Walk walk(tree);
  while (const Place* place = walk.Next()) {
    if (place->depth() < found) return std::nullopt;  // left the node whose child was wanted
    if (place->depth() != found) continue;
    const Node& node = place->node();
    if (found != 0 && node.name() != wanted && node.base_name() != wanted) continue;
    ++found;
    if (path.empty()) return *place;
    wanted = TakeComponent(path);
  }
  return std::nullopt;
}

std::optional<Place> FindNamed(const Tree& tree, std::string_view name) {
  name = name.substr(0, name.find(':'));
  if (name.starts_with('/')) return FindPath(tree, name);
  const auto aliases = FindPath(tree, "/aliases");
  const auto path = aliases ? aliases->node().Find(TakeComponent(name)) : std::nullopt;
  return path ? FindPath(tree, path->String()) : std::nullopt;
}

}  // namespace trivet::platforms::fdt
