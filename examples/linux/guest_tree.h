#pragma once

#include <cstdint>
#include <initializer_list>

#include "platforms/machine/description.h"

namespace hv {

/// What Linux is not to see of the machine.
struct Hidden {
  std::initializer_list<trivet::platforms::MemoryRange> memory;
  std::initializer_list<const char*> compatible = {};  ///< Devices.
  std::initializer_list<const char*> nodes = {};       ///< By their paths.
};

/// Writes the device tree of a guest below the kernel that the loader put into memory. Its address
/// and the kernel's. Turns the machine off where there is no kernel or the tree does not fit.
struct LinuxEntry {
  std::uint64_t kernel, tree;
};
LinuxEntry PrepareLinux(const Hidden& hidden);

}  // namespace hv
