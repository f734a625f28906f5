// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/fdt/boot_modules.h"

#include <algorithm>

#include "hal/digits.h"

namespace trivet::platforms::fdt {
namespace {

/// Whatever the node around it says of cells.
Region RegionOf(const Node& node) {
  const auto reg = node.Find("reg");
  if (!reg) return {};
  return {.base = reg->Number(0, 2).value_or(0), .size = reg->Number(2, 2).value_or(0)};
}

constexpr std::uint64_t kHeaderSize = 64;  // [arm64-image]

Region KernelIn(std::string_view command_line) {
  constexpr std::string_view kWord = " trivet.kernel=0x";
  const std::size_t at = command_line.find(kWord);
  if (at == std::string_view::npos) return {};
  command_line.remove_prefix(at + kWord.size());
  const std::uint64_t address = hal::TakeHex(command_line);
  return IsKernelImage(address) ? Region{address, kHeaderSize} : Region{};
}

}  // namespace

std::optional<BootModules> FindBootModules(const Tree& tree, std::string_view command_line) {
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
  if (found.kernel.size == 0) found.kernel = KernelIn(command_line);
  if (found.kernel.size == 0) return std::nullopt;
  return found;
}

bool IsKernelImage(std::uint64_t address) {
  const auto* const magic = reinterpret_cast<const char*>(address + 56);
  return std::string_view(magic, 4) == "ARM\x64";
}

bool SetChosen(Editor& tree, const BootModules& modules, std::string_view command_line) {
  const std::string_view first = modules.arguments;
  const std::string_view more =
      command_line.substr(std::min(command_line.find(' '), command_line.size()));
  char text[kMaxArguments + 1];
  if (first.size() + more.size() > kMaxArguments) return false;
  std::size_t size = first.copy(text, first.size());
  size += more.copy(text + size, more.size());
  text[size++] = '\0';
  tree.HideCompatible("multiboot,module");
  if (!tree.Set("/chosen", "bootargs", {text, size})) return false;
  const Region disk = modules.ramdisk;
  return disk.size == 0 || (tree.SetNumber("/chosen", "linux,initrd-start", disk.base) &&
                            tree.SetNumber("/chosen", "linux,initrd-end", disk.base + disk.size));
}

}  // namespace trivet::platforms::fdt
