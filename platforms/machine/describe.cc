#include "platforms/machine/describe.h"

#include "platforms/fdt/walk.h"
#include "platforms/machine/known_devices.h"

namespace trivet::platforms {
namespace {

using fdt::Place;

bool IsNone(const auto& device) { return std::holds_alternative<None>(device); }

/// Whether the text property exists and has this value.
bool Says(const fdt::Node& node, std::string_view property, std::string_view text) {
  const auto found = node.Find(property);
  return found && found->String() == text;
}

std::optional<std::uint64_t> NumberIn(const fdt::Node& node, std::string_view property) {
  const auto found = node.Find(property);
  return found ? found->Number() : std::nullopt;
}

/// [devicetree] 3.8: a CPU is a child of /cpus; its "reg" is its affinity.
bool IsCpu(const Place& place) {
  return place.depth() == 2 && place.At(1).name() == "cpus" &&
         (Says(place.node(), "device_type", "cpu") || place.node().base_name() == "cpu");
}

/// [devicetree] 2.3.4: only "fail" says that a CPU must not be used.
bool HasFailed(const fdt::Node& cpu) {
  const auto status = cpu.Find("status");
  return status && status->String().starts_with("fail");
}

CpuStart StartOf(const fdt::Node& cpu) {
  const auto method = cpu.Find("enable-method");
  if (!method) return CpuStart::kUnknown;
  if (method->ListHas("psci")) return CpuStart::kPsci;
  if (method->ListHas("spin-table")) return CpuStart::kSpinTable;
  return CpuStart::kUnknown;
}

void AddCpu(const fdt::Node& node, Description& description) {
  const auto affinity = NumberIn(node, "reg");
  if (!affinity || HasFailed(node)) return;
  Cpu cpu{.affinity = *affinity, .start = StartOf(node)};
  if (cpu.start == CpuStart::kSpinTable) {
    const auto address = NumberIn(node, "cpu-release-addr");
    if (address && *address % 8 == 0) {
      cpu.release_address = *address;
    } else {
      cpu.start = CpuStart::kUnknown;
    }
  }
  description.cpus.Add(cpu);
}

/// [devicetree] 3.4.
void AddMemory(const Place& place, Description& description) {
  for (unsigned i = 0; const auto region = place.Register(i); ++i) {
    if (region->size == 0) continue;
    if (!description.memory.Add({.base = region->base, .size = region->size})) return;
  }
}

/// "arm,psci" alone is version 0.1, whose function numbers are each firmware's own. [psci] DEN
/// 0022, 5: later ones fix them. An HVC at EL2 is taken to EL2, so that method is not used.
bool IsPsciBySmc(const fdt::Node& node) {
  const auto compatible = node.Find("compatible");
  return compatible &&
         (compatible->ListHas("arm,psci-0.2") || compatible->ListHas("arm,psci-1.0")) &&
         Says(node, "method", "smc");
}

void Add(const Place& place, Description& description) {
  if (IsCpu(place)) AddCpu(place.node(), description);
  if (!place.IsEnabled()) return;
  if (Says(place.node(), "device_type", "memory")) AddMemory(place, description);
  if (IsPsciBySmc(place.node())) description.has_psci = true;
  const InterruptController controller = InterruptControllerAt(place);
  if (controller.index() > description.interrupt_controller.index())
    description.interrupt_controller = controller;
  if (IsNone(description.watchdog)) description.watchdog = WatchdogAt(place);
}

Console ConsoleOf(const fdt::Tree& tree) {
  const auto chosen = fdt::FindPath(tree, "/chosen");
  const auto path = chosen ? chosen->node().Find("stdout-path") : std::nullopt;
  const auto place = path ? fdt::FindNamed(tree, path->String()) : std::nullopt;
  return place ? ConsoleAt(*place) : Console();
}

}  // namespace

Description Describe(const fdt::Tree& tree) {
  Description description;
  fdt::Walk walk(tree);
  while (const Place* place = walk.Next()) Add(*place, description);
  description.console = ConsoleOf(tree);
  return description;
}

std::string_view BootArguments(const fdt::Tree& tree) {
  const auto chosen = fdt::FindPath(tree, "/chosen");
  const auto arguments = chosen ? chosen->node().Find("bootargs") : std::nullopt;
  return arguments ? arguments->String() : "";
}

Description FillIn(Description first, const Description& second) {
  if (IsNone(first.console)) first.console = second.console;
  if (IsNone(first.interrupt_controller)) first.interrupt_controller = second.interrupt_controller;
  if (IsNone(first.watchdog)) first.watchdog = second.watchdog;
  if (first.cpus.empty()) {
    first.cpus = second.cpus;
    first.has_psci = first.has_psci || second.has_psci;
  }
  if (first.memory.empty()) first.memory = second.memory;
  return first;
}

}  // namespace trivet::platforms
