#pragma once

#include <cstdint>
#include <optional>

#include "platforms/fdt/boot_modules.h"
#include "platforms/machine/description.h"

namespace hv {

/// Writes the guest's device tree below its kernel: this machine's without `hidden` and without
/// message interrupts. Its address; none: it does not fit.
std::optional<std::uint64_t> MakeGuestTree(const trivet::platforms::fdt::Tree& tree,
                                           const trivet::platforms::fdt::BootModules& modules,
                                           trivet::platforms::MemoryRange hidden);

}  // namespace hv
