#include "guest_tree.h"

#include <algorithm>

#include "platforms/fdt/editor.h"
#include "platforms/runtime/arguments.h"

namespace hv {
namespace {

using namespace trivet::platforms;

/// Linux takes a tree of at most this, on a multiple of 8. [arm64-boot]
constexpr std::size_t kTreeRoom = fdt::kMaxBytes;

/// Two cells for the address and two for the size, whatever the node around it says.
fdt::Region RegionOf(const fdt::Node& node) {
  const auto reg = node.Find("reg");
  if (!reg) return {};
  return {.base = reg->Number(0, 2).value_or(0), .size = reg->Number(2, 2).value_or(0)};
}

/// The loader's arguments for the guest and those of this image, with a zero byte.
std::string_view ArgumentsFor(const GuestFiles& files) {
  static char text[2048];
  const std::string_view own = CommandLine();
  const std::string_view more = own.substr(std::min(own.find(' '), own.size()));
  if (files.arguments.size() + more.size() >= sizeof(text)) return files.arguments;
  std::size_t size = files.arguments.substr(0, files.arguments.find('\0')).copy(text, sizeof(text));
  size += more.copy(text + size, more.size());
  text[size] = '\0';
  return {text, size + 1};
}

bool SetAddress(fdt::Editor& tree, std::string_view property, std::uint64_t address) {
  return tree.SetCells(
      "/chosen", property,
      {static_cast<std::uint32_t>(address >> 32), static_cast<std::uint32_t>(address)});
}

}  // namespace

std::optional<GuestFiles> FindGuestFiles(const fdt::Tree& tree) {
  GuestFiles files = {};
  fdt::Walk walk(tree);
  while (const fdt::Place* place = walk.Next()) {
    const auto compatible = place->node().Find("compatible");
    if (!compatible) continue;
    if (compatible->ListHas("multiboot,ramdisk")) files.ramdisk = RegionOf(place->node());
    if (!compatible->ListHas("multiboot,kernel")) continue;
    files.kernel = RegionOf(place->node());
    if (const auto arguments = place->node().Find("bootargs")) files.arguments = arguments->bytes();
  }
  if (files.kernel.size == 0) return std::nullopt;
  return files;
}

std::optional<std::uint64_t> MakeGuestTree(const fdt::Tree& tree, const GuestFiles& files,
                                           fdt::Region hidden) {
  const std::uint64_t address = files.kernel.base - kTreeRoom;
  const std::span room(reinterpret_cast<std::uint32_t*>(address), kTreeRoom / 4);
  auto copy = fdt::Editor::Copy(tree.memory(), room);
  if (!copy) return std::nullopt;
  copy->HideCompatible("multiboot,module");
  // The guest's Redistributors have no LPIs.
  copy->HideCompatible("arm,gic-v3-its");
  copy->HideEverywhere("msi-map");
  copy->HideEverywhere("msi-parent");
  const fdt::Region disk = files.ramdisk;
  const bool fits = copy->HideMemory(hidden) &&
                    copy->Set("/chosen", "bootargs", ArgumentsFor(files)) &&
                    SetAddress(*copy, "linux,initrd-start", disk.base) &&
                    SetAddress(*copy, "linux,initrd-end", disk.base + disk.size);
  if (!fits) return std::nullopt;
  return address;
}

}  // namespace hv
