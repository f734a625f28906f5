#include "platforms/fdt/boot_modules.h"

namespace trivet::platforms::fdt {
namespace {

/// Whatever the node around it says of cells.
Region RegionOf(const Node& node) {
  const auto reg = node.Find("reg");
  if (!reg) return {};
  return {.base = reg->Number(0, 2).value_or(0), .size = reg->Number(2, 2).value_or(0)};
}

}  // namespace

std::optional<BootModules> FindBootModules(const Tree& tree) {
  BootModules found = {};
  Walk walk(tree);
  while (const Place* place = walk.Next()) {
    const auto compatible = place->node().Find("compatible");
    if (!compatible) continue;
    if (compatible->ListHas("multiboot,ramdisk")) found.ramdisk = RegionOf(place->node());
    if (!compatible->ListHas("multiboot,kernel")) continue;
    found.kernel = RegionOf(place->node());
    if (const auto arguments = place->node().Find("bootargs"))
      found.arguments = arguments->String();
  }
  if (found.kernel.size == 0) return std::nullopt;
  return found;
}

}  // namespace trivet::platforms::fdt
