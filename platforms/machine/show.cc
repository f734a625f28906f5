#include "platforms/machine/show.h"

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

std::optional<Place> ConsolePlace(const fdt::Tree& tree, const Console& console) {
  const auto chosen = fdt::FindPath(tree, "/chosen");
  const auto path = chosen ? chosen->node().Find("stdout-path") : std::nullopt;
  return path && console.index() != 0 ? fdt::FindNamed(tree, path->String()) : std::nullopt;
}

std::string ShowCpu(const Cpu& cpu) {
  const std::string name = std::format("CPU {:#x}", cpu.affinity);
  switch (cpu.start) {
    case CpuStart::kUnknown: return std::format("{:<22}no way to start it\n", name);
    case CpuStart::kPsci: return std::format("{:<22}PSCI\n", name);
    case CpuStart::kSpinTable:
      return std::format("{:<22}spin table, {:#x}\n", name, cpu.release_address);
  }
  return "";
}

}  // namespace

std::string Show(const fdt::Tree& tree) {
  const Description machine = Describe(tree);
  std::string text = Line("console", ConsolePlace(tree, machine.console));
  text +=
      Line("interrupt controller", Find(tree, machine.interrupt_controller, InterruptControllerAt));
  text += Line("watchdog", Find(tree, machine.watchdog, WatchdogAt));
  text += std::format("{:<22}{}\n", "PSCI by SMC", machine.has_psci ? "yes" : "no");
  for (const Cpu& cpu : machine.cpus.all()) text += ShowCpu(cpu);
  for (const MemoryRange& range : machine.memory.all()) {
    text += std::format("{:<22}{:#x}, {} MiB\n", "memory", range.base, range.size >> 20);
  }
  return text;
}

}  // namespace trivet::platforms
