// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "guest_tree.h"

#include <algorithm>
#include <span>

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

bool Hide(fdt::Editor& tree, const Hidden& hidden) {
  for (const char* device : hidden.compatible) tree.HideCompatible(device);
  return std::ranges::all_of(hidden.nodes, [&](auto path) { return tree.Hide(path); }) &&
         std::ranges::all_of(hidden.memory, [&](const platforms::MemoryRange& range) {
           return tree.HideMemory({range.base, range.size});
         });
}

/// Of QEMU's virt machine: RAM is one range up to the hypervisor, since edk2 reads no second one,
/// and the first bank of flash, where the firmware is, takes no commands.
bool DescribeToFirmware(fdt::Editor& tree) {
  constexpr std::uint32_t kBank = 0x400'0000;
  const std::uint64_t end = platforms::ImageRange().base;
  return tree.HideMemory({end, (1ull << 48) - end}) &&
         tree.SetCells("/flash", "reg", {0, kBank, 0, kBank});
}

}  // namespace

LinuxEntry PrepareLinux(const Hidden& hidden) {
  const auto tree = platforms::LoaderTree();
  if (!tree) Stop("the loader passed no device tree");
  const auto modules = fdt::FindBootModules(*tree, platforms::CommandLine());
  if (!modules) Stop("the loader put no kernel into memory");
  const auto [base, size] = modules->kernel;
  const bool firmware = !fdt::IsKernelImage(base);
  // edk2 has its stack behind. [edk2] ArmVirtQemu.dsc, PcdCPUCoresStackBase.
  const std::uint64_t room = firmware ? 0x7'c000 : fdt::kMaxBytes;
  const std::uint64_t address =
      firmware ? platforms::ThisMachine().memory.all()[0].base : base - room;
  auto copy = fdt::Editor::Copy(tree->memory(),
                                std::span(reinterpret_cast<std::uint32_t*>(address), room / 4));
  if (!copy || !copy->UsePsci() || !Hide(*copy, hidden) ||
      !fdt::SetChosen(*copy, *modules, platforms::CommandLine()) ||
      (firmware && !DescribeToFirmware(*copy))) {
    Stop("the guest's device tree does not fit");
  }
  if (!firmware) return {.entry = base, .tree = address};
  return {.entry = 0, .tree = address, .rom = {.pa = base, .size = (size + 4095) & ~4095ull}};
}

}  // namespace hv
