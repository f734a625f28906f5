// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <initializer_list>

#include "platforms/machine/description.h"
#include "vcpu/stage2/rom.h"

namespace hv {

/// What Linux is not to see of the machine.
struct Hidden {
  std::initializer_list<trivet::platforms::MemoryRange> memory;
  std::initializer_list<const char*> compatible = {};  ///< Devices.
  std::initializer_list<const char*> nodes = {};       ///< By their paths.
};

/// Where a guest begins, with its device tree in its memory. What the loader put into memory is a
/// kernel, or a firmware that was built to run from flash at address 0: a ROM of the guest's.
struct LinuxEntry {
  std::uint64_t entry, tree;
  trivet::vcpu::Rom rom = {};
};
/// Writes that tree: below the kernel, or for a firmware at the start of RAM. Turns the machine off
/// where there is neither, or the tree does not fit.
LinuxEntry PrepareLinux(const Hidden& hidden);

}  // namespace hv
