// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/machine/describe.h"

#include <algorithm>
#include <utility>

#include "platforms/fdt/walk.h"
#include "platforms/machine/known_devices.h"

namespace trivet::platforms {
namespace {

using fdt::Place;

constexpr std::string_view kChosen = "chosen";

bool IsNone(const auto& device) { return std::holds_alternative<None>(device); }

/// Whether the text property exists and has this value.
bool HasText(const fdt::Node& node, std::string_view property, std::string_view text) {
  const auto found = node.Find(property);
  return found && found->String() == text;
}

std::optional<std::uint64_t> NumberIn(const fdt::Node& node, std::string_view property) {
  const auto found = node.Find(property);
  return found ? found->Number() : std::nullopt;
}

/// [devicetree] 3.8, 3.4: nodes of these kinds have a "device_type". Where one does not, its name
/// and place tell as much.
bool IsOfType(const Place& place, std::string_view type, unsigned depth) {
  const auto said = place.node().Find("device_type");
  if (said) return said->String() == type;
  return place.depth() == depth && place.node().base_name() == type;
}

/// [devicetree] 3.8: a CPU is a child of /cpus.
bool IsCpu(const Place& place) {
  return place.depth() == 2 && place.At(1).name() == "cpus" && IsOfType(place, "cpu", 2);
}

/// What is wrong with the word to which a CPU's start is written; null: nothing.
const char* WhyNoSpinTable(std::optional<std::uint64_t> address) {
  if (!address) return "its cpu-release-addr is missing or no number";
  if (*address % 8 != 0) return "its cpu-release-addr is not a multiple of 8";
  if (*address >= kAddressEnd) return "its cpu-release-addr has more than 48 bits";
  return nullptr;
}

void FindStart(const fdt::Node& node, Cpu& cpu) {
  const auto method = node.Find("enable-method");
  if (!method) {
    cpu.why_unknown = "it has no enable-method";
  } else if (method->ListHas("psci")) {
    cpu.start = CpuStart::kPsci;
  } else if (method->ListHas("spin-table")) {
    const auto address = NumberIn(node, "cpu-release-addr");
    cpu.why_unknown = WhyNoSpinTable(address);
    if (cpu.why_unknown != nullptr) return;
    cpu.start = CpuStart::kSpinTable;
    cpu.release_address = *address;
  } else {
    cpu.why_unknown = "its enable-method is neither psci nor spin-table";
  }
}

/// What is wrong with a CPU's node; null: nothing. `affinity` is its "reg". [devicetree] 2.3.4:
/// only the status "fail" says that a CPU must not be used.
const char* WhyUnusable(const fdt::Node& node, std::optional<std::uint64_t> affinity,
                        const Description& description) {
  const auto status = node.Find("status");
  if (status && status->String().starts_with("fail")) return "its status is fail";
  if (!affinity) return "its reg is missing or empty";
  if ((*affinity & ~kAffinityBits) != 0) return "its reg has bits that are no affinity";
  const bool is_there = std::ranges::contains(description.cpus.all(), *affinity, &Cpu::affinity);
  return is_there ? "its reg is that of an earlier CPU" : nullptr;
}

/// [devicetree] 3.8.1: the affinity is the first address in "reg"; more are threads of this CPU,
/// which no Arm tree uses.
void AddCpu(const Place& place, Description& description) {
  const fdt::Node& node = place.node();
  const auto reg = node.Find("reg");
  const unsigned cells = reg ? std::min(place.AddressCells(), reg->cells()) : 0;
  const auto affinity = cells != 0 ? reg->Number(0, cells) : std::nullopt;
  if (const char* why = WhyUnusable(node, affinity, description)) {
    (void)description.unusable.Add({.name = node.name(), .why = why});
    return;
  }
  Cpu cpu{.affinity = *affinity};
  FindStart(node, cpu);
  (void)description.cpus.Add(cpu);
}

/// [devicetree] 3.4. A kernel that starts another one says in "linux,usable-memory" what it leaves
/// to that, instead of "reg". [linux] drivers/of/fdt.c.
void AddMemory(const Place& place, Description& description) {
  constexpr std::string_view kUsable = "linux,usable-memory";
  const std::string_view property = place.node().Find(kUsable) ? kUsable : "reg";
  for (unsigned i = 0; const auto region = place.Register(i, property); ++i) {
    if (region->size == 0) continue;
    if (region->base >= kAddressEnd || region->size > kAddressEnd - region->base) {
      (void)description.unusable.Add(
          {.name = place.node().name(), .why = "its reg has more than 48 bits of address"});
      continue;
    }
    (void)description.memory.Add({.base = region->base, .size = region->size});
  }
}

/// "arm,psci" alone is version 0.1, whose function numbers are each firmware's own. [psci] DEN
/// 0022, 5: later ones fix them. An HVC at EL2 is taken to EL2, so that method is not used.
void AddPsci(const fdt::Node& node, Description& description) {
  const auto compatible = node.Find("compatible");
  const auto has = [&](std::string_view name) { return compatible && compatible->ListHas(name); };
  const bool is_fixed = has("arm,psci-0.2") || has("arm,psci-1.0");
  if (!is_fixed && !has("arm,psci")) return;
  const char* why = nullptr;
  if (!is_fixed) why = "its compatible has no version from 0.2 on";
  if (!HasText(node, "method", "smc")) why = "its method is not smc";
  if (why != nullptr) {
    (void)description.unusable.Add({.name = node.name(), .why = why});
  } else {
    description.has_psci = true;
  }
}

void AddInterruptController(const Place& place, Description& description) {
  const InterruptController controller = InterruptControllerAt(place);
  if (controller.index() > description.interrupt_controller.index())
    description.interrupt_controller = controller;
  if (IsNone(controller) && IsInterruptController(place)) {
    (void)description.unusable.Add(
        {.name = place.node().name(), .why = "its reg or redistributor-stride cannot be used"});
  }
}

void AddAnyConsole(const Place& place, Description& description) {
  if (!IsNone(description.any_console)) return;
  description.any_console = ConsoleAt(place);
  description.any_console_node = place.node().name();
}

void Add(const Place& place, Description& description) {
  if (IsCpu(place)) AddCpu(place, description);
  if (!place.IsEnabled()) return;
  AddAnyConsole(place, description);
  if (IsOfType(place, "memory", 1)) AddMemory(place, description);
  AddPsci(place.node(), description);
  AddInterruptController(place, description);
  if (IsNone(description.watchdog)) description.watchdog = WatchdogAt(place);
}

/// Why the place that stdout-path names is not the console.
const char* WhyNoConsole(const Place& place) {
  if (!place.IsEnabled()) return "stdout-path names it, and a status of it is not okay";
  if (!IsConsole(place)) return "stdout-path names it, and its compatible is no known UART's";
  return "stdout-path names it, and its reg, or ranges of a bus around it, cannot be used";
}

void FindConsole(const fdt::Tree& tree, Description& description) {
  const auto chosen = fdt::FindPath(tree, "/chosen");
  const auto place = ConsolePlace(tree);
  if (place) description.console = ConsoleAt(*place);
  if (!IsNone(description.console)) return;
  UnusableNode& not_console = description.not_console;
  not_console.name = place ? place->node().name() : kChosen;
  if (place) {
    not_console.why = WhyNoConsole(*place);
  } else if (!chosen) {
    not_console.why = "the tree has no such node, whose stdout-path is the console";
  } else if (chosen->node().Find("stdout-path") || chosen->node().Find("linux,stdout-path")) {
    not_console.why = "its stdout-path names no node";
  } else {
    not_console.why = "it has no stdout-path";
  }
}

/// The root's "compatible" of a tree that describes a machine: one with CPUs.
std::optional<fdt::Property> MachineOf(const fdt::Tree& tree) {
  const auto root = fdt::FindPath(tree, "/");
  return fdt::FindPath(tree, "/cpus") ? root->node().Find("compatible") : std::nullopt;
}

}  // namespace

/// [devicetree] 3.6; [linux] drivers/of/base.c: the older name counts where the newer is missing.
std::optional<Place> ConsolePlace(const fdt::Tree& tree) {
  const auto chosen = fdt::FindPath(tree, "/chosen");
  if (!chosen) return std::nullopt;
  for (const char* name : {"stdout-path", "linux,stdout-path"}) {
    if (const auto path = chosen->node().Find(name)) return fdt::FindNamed(tree, path->String());
  }
  return std::nullopt;
}

void Describe(const fdt::Tree& tree, Description& description) {
  fdt::Walk walk(tree);
  while (const Place* place = walk.Next()) Add(*place, description);
  FindConsole(tree, description);
}

std::string_view BootArguments(const fdt::Tree& tree) {
  const auto chosen = fdt::FindPath(tree, "/chosen");
  const auto arguments = chosen ? chosen->node().Find("bootargs") : std::nullopt;
  return arguments ? arguments->String() : "";
}

void UseAnyConsole(Description& machine) {
  if (IsNone(machine.console)) machine.console = machine.any_console;
}

bool AreOfTwoMachines(const fdt::Tree& first, const fdt::Tree& second) {
  const auto one = MachineOf(first), other = MachineOf(second);
  if (!one || !other) return false;
  for (std::string_view rest = one->bytes(); !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find('\0'));
    if (other->ListHas(name)) return false;
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  return true;
}

void FillIn(Description& first, const Description& second) {
  if (IsNone(first.console)) first.console = second.console;
  // A tree need not say what the other one does.
  if (!IsNone(first.console) && first.not_console.name == kChosen) first.not_console = {};
  if (IsNone(first.any_console)) {
    first.any_console = second.any_console;
    first.any_console_node = second.any_console_node;
  }
  if (IsNone(first.interrupt_controller)) first.interrupt_controller = second.interrupt_controller;
  if (IsNone(first.watchdog)) first.watchdog = second.watchdog;
  if (first.cpus.empty()) {
    first.cpus = second.cpus;
    first.has_psci = first.has_psci || second.has_psci;
  }
  if (first.memory.empty()) first.memory = second.memory;
}

void PutBootCpuFirst(FewOf<Cpu, kMaxCpus>& cpus, std::uint64_t boot_affinity) {
  const auto found = std::ranges::find(cpus.all(), boot_affinity, &Cpu::affinity);
  if (found != cpus.all().end()) {
    std::swap(*found, cpus.all().front());
  } else if (cpus.left_out() != 0) {
    cpus.all().back() = std::exchange(cpus.all().front(), Cpu{.affinity = boot_affinity});
  } else {
    cpus = {};
    (void)cpus.Add({.affinity = boot_affinity});
  }
}

}  // namespace trivet::platforms
