// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <optional>
#include <string_view>

#include "platforms/fdt/editor.h"
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

/// Without such nodes a word of `command_line` is where the kernel is, trivet.kernel=0xADDRESS, of
/// which the region is its header; the loader has described the RAM disk in /chosen. None: there is
/// no kernel.
std::optional<BootModules> FindBootModules(const Tree& tree, std::string_view command_line = {});

/// Whether the module at `address`, which is mapped, has the header of an arm64 kernel: else it may
/// be a firmware. [arm64-image]
bool IsKernelImage(std::uint64_t address);

/// Makes `tree` one that the kernel boots from: /chosen has its arguments, the words of
/// `command_line` behind the first of them, which is the name of an image, and where the RAM disk
/// is; the modules' nodes are gone. False: no room, or more than kMaxArguments bytes of arguments.
inline constexpr std::size_t kMaxArguments = 2047;
bool SetChosen(Editor& tree, const BootModules& modules, std::string_view command_line = {});

}  // namespace trivet::platforms::fdt
