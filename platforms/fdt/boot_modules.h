#pragma once

#include <optional>
#include <string_view>

#include "platforms/fdt/tree.h"
#include "platforms/fdt/walk.h"

namespace trivet::platforms::fdt {

/// What a loader put into memory for a guest: nodes that are compatible with "multiboot,kernel" and
/// "multiboot,ramdisk", with two cells for the address and two for the size. Xen's convention,
/// which QEMU's guest-loader has too.
struct BootModules {
  Region kernel;
  Region ramdisk;              ///< Size 0: there is none.
  std::string_view arguments;  ///< The kernel's, in the tree's memory.
};

/// None: the tree has no kernel.
std::optional<BootModules> FindBootModules(const Tree& tree);

}  // namespace trivet::platforms::fdt
