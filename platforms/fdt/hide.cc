// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <algorithm>
#include <array>

#include "platforms/fdt/editor.h"
#include "platforms/fdt/layout.h"

namespace trivet::platforms::fdt {
namespace {

constexpr unsigned kMostRegions = 16;
constexpr unsigned kMostCells = 4 * (kMostRegions + 1);

/// The regions of a node without the hidden one, as the cells of its "reg".
class Cells {
 public:
  Cells(unsigned address_cells, unsigned size_cells)
      : address_cells_(address_cells), size_cells_(size_cells) {}

  void Add(Region region) {
    if (region.size == 0) return;
    Number(region.base, address_cells_);
    Number(region.size, size_cells_);
  }
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(words_.data()), std::size_t{count_} * 4};
  }

 private:
  void Number(std::uint64_t value, unsigned cells) {
    if (cells == 2) words_[count_++] = FromBigEndian(static_cast<std::uint32_t>(value >> 32));
    words_[count_++] = FromBigEndian(static_cast<std::uint32_t>(value));
  }

  const unsigned address_cells_, size_cells_;
  unsigned count_ = 0;
  std::array<std::uint32_t, kMostCells> words_ = {};
};

bool IsMemory(const Place& place) {
  return place.depth() == 1 && place.node().base_name() == "memory";
}

unsigned SizeCells(const Place& place) {
  const auto cells = place.At(0).Find("#size-cells");
  return static_cast<unsigned>(cells ? cells->Number().value_or(0) : 1);  // [devicetree] 2.3.5
}

bool CanBeCut(const Place& memory) {
  const unsigned address = memory.AddressCells(), size = SizeCells(memory);
  return address >= 1 && address <= 2 && size >= 1 && size <= 2 &&
         !memory.Register(kMostRegions).has_value();
}

/// What is left of `region` below and above `hidden`.
std::array<Region, 2> Without(Region region, Region hidden) {
  const std::uint64_t end = region.base + region.size, hidden_end = hidden.base + hidden.size;
  const std::uint64_t below = std::clamp(hidden.base, region.base, end);
  const std::uint64_t above = std::clamp(hidden_end, region.base, end);
  if (above <= below) return {region, {}};
  return {Region{region.base, below - region.base}, Region{above, end - above}};
}

}  // namespace

unsigned Editor::HideCompatible(std::string_view compatible) {
  for (unsigned hidden = 0;; ++hidden) {
    Walk walk(tree_);
    const Place* place = walk.Next();
    const auto matches = [&] {
      const auto property = place->node().Find("compatible");
      return place->depth() != 0 && property && property->ListHas(compatible);
    };
    while (place != nullptr && !matches()) place = walk.Next();
    if (place == nullptr) return hidden;
    HideNode(place->node().begin_);
  }
}

unsigned Editor::HideEverywhere(std::string_view property) {
  unsigned hidden = 0;
  Walk walk(tree_);
  while (const Place* place = walk.Next()) {
    if (!place->node().Find(property)) continue;
    HideIn(place->node().begin_, property);
    ++hidden;
  }
  return hidden;
}

void Editor::HideMessageInterrupts() {
  HideCompatible("arm,gic-v3-its");
  HideEverywhere("msi-map");
  HideEverywhere("msi-parent");
}

bool Editor::HideMemory(Region hidden) {
  unsigned nodes = 0;
  Walk check(tree_);
  while (const Place* place = check.Next()) {
    if (!IsMemory(*place)) continue;
    if (!CanBeCut(*place)) return false;
    ++nodes;
  }
  if (!HasRoomFor(std::size_t{nodes} * (kMostCells + 8))) return false;
  for (unsigned done = 0; done < nodes; ++done) {
    Walk walk(tree_);
    const Place* place = walk.Next();
    for (unsigned seen = 0; !IsMemory(*place) || seen++ < done;) place = walk.Next();
    Cells cells(place->AddressCells(), SizeCells(*place));
    for (unsigned i = 0; const auto region = place->Register(i); ++i) {
      for (const Region& part : Without(*region, hidden)) cells.Add(part);
    }
    SetIn(place->node().begin_, "reg", cells.bytes());
  }
  return true;
}

}  // namespace trivet::platforms::fdt
