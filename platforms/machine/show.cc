// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/machine/show.h"

#include <concepts>
#include <format>
#include <optional>
#include <string_view>

#include "platforms/fdt/walk.h"
#include "platforms/machine/describe.h"
#include "platforms/machine/known_devices.h"

namespace trivet::platforms {
namespace {

using fdt::Place;

std::string PathOf(const Place& place) {
  std::string path;
  for (unsigned i = 1; i <= place.depth(); ++i) {
    path += '/' + std::string(place.At(i).name());
  }
  return path;
}

std::string Line(std::string_view what, const std::optional<Place>& place) {
  if (!place) return std::format("{:<22}none\n", what);
  const auto compatible = place->node().Find("compatible");
  const auto first = place->Register(0);
  return std::format("{:<22}{:#x}, {} ({})\n", what, first ? first->base : 0, PathOf(*place),
                     compatible ? compatible->String() : "");
}

/// The first place at which `at` finds the kind of device that the machine was given.
template <class Device>
std::optional<Place> Find(const fdt::Tree& tree, const Device& chosen,
                          Device (*at)(const Place& place)) {
  fdt::Walk walk(tree);
  while (const Place* place = walk.Next()) {
    if (chosen.index() != 0 && at(*place).index() == chosen.index()) return *place;
  }
  return std::nullopt;
}

std::string ShowCpu(const Cpu& cpu) {
  const std::string name = std::format("CPU {:#x}", cpu.affinity);
  switch (cpu.start) {
    case CpuStart::kUnknown:
      return std::format("{:<22}cannot be started: {}\n", name, cpu.why_unknown);
    case CpuStart::kPsci: return std::format("{:<22}PSCI\n", name);
    case CpuStart::kSpinTable:
      return std::format("{:<22}spin table, {:#x}\n", name, cpu.release_address);
    case CpuStart::kParked:
      return std::format("{:<22}parked, mailbox {:#x}\n", name, cpu.release_address);
  }
  return "";
}

std::string ShowRedistributors(const Redistributors& redistributors) {
  std::string text;
  const std::string stride =
      redistributors.stride != 0 ? std::format(", every {:#x}", redistributors.stride) : "";
  for (const auto& region : redistributors.regions.all()) {
    text += std::format("{:<22}{:#x}, {} KiB{}\n", "redistributors", region.base, region.size >> 10,
                        stride);
  }
  return text;
}

std::string ShowMemory(const MemoryRange& range) {
  constexpr std::uint64_t kMiB = 1 << 20;
  const bool is_whole = range.size % kMiB == 0;
  return std::format("{:<22}{:#x}, {} {}\n", "memory", range.base,
                     range.size >> (is_whole ? 20 : 10), is_whole ? "MiB" : "KiB");
}

std::string ShowLeftOut(std::string_view what, const auto& list) {
  return list.left_out() == 0 ? ""
                              : std::format("{:<22}{} {}: the limit is {}\n", "not used",
                                            list.left_out(), what, list.kMaxSize);
}

std::string ShowUnused(const Description& machine) {
  std::string text =
      ShowLeftOut("CPUs", machine.cpus) + ShowLeftOut("memory ranges", machine.memory);
  if (const auto* gic = std::get_if<GicV3>(&machine.interrupt_controller))
    text += ShowLeftOut("redistributor regions", gic->redistributors.regions);
  const auto show = [&](const UnusableNode& node) {
    const std::string uid = node.uid ? std::format(", CPU of UID {}", *node.uid) : "";
    text += std::format("{:<22}{}{}: {}\n", "not used", node.name, uid, node.why);
  };
  if (machine.not_console.why != nullptr) show(machine.not_console);
  for (const UnusableNode& node : machine.unusable.all()) show(node);
  return text + ShowLeftOut("more nodes", machine.unusable);
}

/// Redistributors, after the line of the interrupt controller.
std::string ShowRegions(const Description& machine) {
  const auto* gic = std::get_if<GicV3>(&machine.interrupt_controller);
  return gic != nullptr ? ShowRedistributors(gic->redistributors) : "";
}

std::string ShowCpusAndMemory(const Description& machine) {
  std::string text = std::format("{:<22}{}\n", "PSCI by SMC", machine.has_psci ? "yes" : "no");
  for (const Cpu& cpu : machine.cpus.all()) text += ShowCpu(cpu);
  if (machine.is_of_tables) text += std::format("{:<22}UEFI's memory map\n", "memory");
  for (const MemoryRange& range : machine.memory.all()) text += ShowMemory(range);
  return text + ShowUnused(machine);
}

/// A device of a table: its address and kind.
std::string Line(std::string_view what, std::string_view table, const auto& device) {
  return std::visit(
      [&]<class Kind>(const Kind& kind) {
        if constexpr (std::same_as<Kind, None>) return std::format("{:<22}none\n", what);
        std::uint64_t base = 0;
        if constexpr (requires { kind.base; }) base = kind.base;
        if constexpr (requires { kind.distributor; }) base = kind.distributor;
        if constexpr (requires { kind.control; }) base = kind.control;
        constexpr std::string_view name = std::same_as<Kind, GicV3>       ? " (GICv3)"
                                          : std::same_as<Kind, GicV2>     ? " (GICv2)"
                                          : std::same_as<Kind, Pl011>     ? " (PL011)"
                                          : std::same_as<Kind, Uart16550> ? " (16550)"
                                                                          : "";
        return std::format("{:<22}{:#x}, {}{}\n", what, base, table, name);
      },
      device);
}

}  // namespace

std::string Show(const acpi::Tables& tables) {
  const Description machine = Describe(tables);
  return Line("console", "SPCR", machine.console) +
         Line("interrupt controller", "APIC", machine.interrupt_controller) + ShowRegions(machine) +
         Line("watchdog", "GTDT", machine.watchdog) + ShowCpusAndMemory(machine);
}

std::string Show(const fdt::Tree& tree) {
  Description machine = Describe(tree);
  const bool is_named = machine.console.index() != 0;
  UseAnyConsole(machine);
  std::string text =
      Line("console", is_named ? ConsolePlace(tree) : Find(tree, machine.console, ConsoleAt));
  text +=
      Line("interrupt controller", Find(tree, machine.interrupt_controller, InterruptControllerAt));
  text += ShowRegions(machine);
  text += Line("watchdog", Find(tree, machine.watchdog, WatchdogAt));
  return text + ShowCpusAndMemory(machine);
}

}  // namespace trivet::platforms
