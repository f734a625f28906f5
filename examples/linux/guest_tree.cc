#include "guest_tree.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "hypervisor/host.h"
#include "platforms/fdt/boot_modules.h"
#include "platforms/fdt/editor.h"
#include "platforms/runtime/arguments.h"
#include "platforms/runtime/machine.h"

namespace hv {
namespace {

namespace platforms = trivet::platforms;
using trivet::hypervisor::Stop;
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

bool SetChosen(fdt::Editor& tree, const fdt::BootModules& modules) {
  const fdt::Region disk = modules.ramdisk;
  return tree.Set("/chosen", "bootargs", Arguments(modules.arguments)) &&
         tree.SetNumber("/chosen", "linux,initrd-start", disk.base) &&
         tree.SetNumber("/chosen", "linux,initrd-end", disk.base + disk.size);
}

bool Hide(fdt::Editor& tree, const Hidden& hidden) {
  tree.HideCompatible("multiboot,module");
  // The guest's Redistributors have no LPIs.
  tree.HideCompatible("arm,gic-v3-its");
  tree.HideEverywhere("msi-map");
  tree.HideEverywhere("msi-parent");
  for (const char* device : hidden.compatible) tree.HideCompatible(device);
  return std::ranges::all_of(hidden.nodes, [&](auto path) { return tree.Hide(path); }) &&
         std::ranges::all_of(hidden.memory, [&](const platforms::MemoryRange& range) {
           return tree.HideMemory({range.base, range.size});
         });
}

}  // namespace

LinuxEntry PrepareLinux(const Hidden& hidden) {
  const auto tree = platforms::LoaderTree();
  if (!tree) Stop("the loader passed no device tree");
  const auto modules = fdt::FindBootModules(*tree);
  if (!modules) Stop("the loader put no kernel into memory");
  const std::uint64_t address = modules->kernel.base - fdt::kMaxBytes;
  auto* const room = reinterpret_cast<std::uint32_t*>(address);
  auto copy = fdt::Editor::Copy(tree->memory(), std::span(room, fdt::kMaxBytes / 4));
  if (!copy || !Hide(*copy, hidden) || !SetChosen(*copy, *modules)) {
    Stop("the guest's device tree does not fit");
  }
  return {.kernel = modules->kernel.base, .tree = address};
}

}  // namespace hv
