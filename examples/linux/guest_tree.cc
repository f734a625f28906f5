#include "guest_tree.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "platforms/fdt/editor.h"
#include "platforms/runtime/arguments.h"

namespace hv {
namespace {

namespace platforms = trivet::platforms;
namespace fdt = platforms::fdt;

/// The loader's arguments for the guest and this image's own, as a text with its zero byte.
std::string_view Arguments(std::string_view loaders) {
  static char text[2048];
  const std::string_view own = platforms::CommandLine();
  const std::string_view more = own.substr(std::min(own.find(' '), own.size()));
  std::size_t size = loaders.copy(text, sizeof(text) - 1);
  size += more.copy(text + size, sizeof(text) - 1 - size);
  text[size] = '\0';
  return {text, size + 1};
}

}  // namespace

std::optional<std::uint64_t> MakeGuestTree(const fdt::Tree& tree, const fdt::BootModules& modules,
                                           platforms::MemoryRange hidden) {
  const std::uint64_t address = modules.kernel.base - fdt::kMaxBytes;
  auto* const room = reinterpret_cast<std::uint32_t*>(address);
  auto copy = fdt::Editor::Copy(tree.memory(), std::span(room, fdt::kMaxBytes / 4));
  if (!copy) return std::nullopt;
  copy->HideCompatible("multiboot,module");
  // The guest's Redistributors have no LPIs.
  copy->HideCompatible("arm,gic-v3-its");
  copy->HideEverywhere("msi-map");
  copy->HideEverywhere("msi-parent");
  const fdt::Region disk = modules.ramdisk;
  const bool fits = copy->HideMemory({hidden.base, hidden.size}) &&
                    copy->Set("/chosen", "bootargs", Arguments(modules.arguments)) &&
                    copy->SetNumber("/chosen", "linux,initrd-start", disk.base) &&
                    copy->SetNumber("/chosen", "linux,initrd-end", disk.base + disk.size);
  if (!fits) return std::nullopt;
  return address;
}

}  // namespace hv
