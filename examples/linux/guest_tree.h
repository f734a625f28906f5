#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "platforms/fdt/walk.h"

namespace hv {

/// What the loader put into memory for the guest. [xen-boot] "Creating Multiple Domains directly
/// from Xen": nodes of /chosen that are compatible with "multiboot,kernel" or "multiboot,ramdisk".
struct GuestFiles {
  trivet::platforms::fdt::Region kernel, ramdisk;
  std::string_view arguments;  ///< With their zero byte.
};

/// None: the tree names no kernel.
std::optional<GuestFiles> FindGuestFiles(const trivet::platforms::fdt::Tree& tree);

/// Writes the guest's tree below its kernel: this machine's without `hidden` and without message
/// interrupts. Its address; none: it does not fit.
std::optional<std::uint64_t> MakeGuestTree(const trivet::platforms::fdt::Tree& tree,
                                           const GuestFiles& files,
                                           trivet::platforms::fdt::Region hidden);

}  // namespace hv
