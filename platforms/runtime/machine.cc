// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/machine.h"

#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "hal/cpu.h"
#include "hal/digits.h"
#include "platforms/devices/psci_smc.h"
#include "platforms/devices/semihosting.h"
#include "platforms/fdt/walk.h"
#include "platforms/machine/describe.h"
#include "platforms/runtime/arguments.h"
#include "platforms/runtime/board_block.h"
#include "platforms/runtime/boot.h"
#include "platforms/runtime/guarded.h"
#include "platforms/runtime/loader_tables.h"
#include "platforms/runtime/loader_tree.h"
#include "platforms/runtime/other_machine.h"
#include "platforms/runtime/power.h"
#include "platforms/runtime/raw_console.h"
#include "platforms/runtime/roll_call.h"

extern "C" const char __image_start[], __image_end[];  // image.ld

namespace trivet::platforms {
namespace {

constinit Description description;
constinit Description boards_description;  // its room
constinit std::uint64_t argument_of_loader;
constinit std::optional<fdt::Tree> tree_of_loader;

constexpr int kStatusNoTree = 104;
constexpr int kStatusOtherMachine = 105;

std::optional<fdt::Tree> BoardTree() {
  const auto tree = fdt::Tree::Check(std::span(trivet_board_block));
  return tree ? std::optional(*tree) : std::nullopt;
}

/// What the image's board has is not for another machine, whose tree describes that.
bool IsForAnotherBoard(const fdt::Tree& loaders, const std::optional<fdt::Tree>& boards) {
  return boards && AreOfTwoMachines(loaders, *boards);
}

/// What the loader passed, and the tree of the image's board.
struct Sources {
  std::expected<fdt::Tree, RefusedTree> loaders;
  std::optional<std::expected<acpi::Tables, acpi::Refused>> tables;
  std::optional<fdt::Tree> boards;

  /// Tables describe a machine alone: they do not say whether it is the board's.
  bool are_tables() const { return tables && *tables; }
  bool is_nothing() const { return !loaders && !are_tables() && !boards; }
};

void DescribeAll(const Sources& sources) {
  const auto& [loaders, tables, boards] = sources;
  if (sources.are_tables()) return Describe(**tables, description);
  if (loaders) {
    Describe(*loaders, description);
    if (!boards || IsForAnotherBoard(*loaders, boards)) return;
    Describe(*boards, boards_description);
    return FillIn(description, boards_description);
  }
  // Of what is refused nothing counts but a way to say so.
  if (boards) return Describe(*boards, description);
  if (tables) return Describe(tables->error().rest, description);
  if (loaders.error().rest) Describe(*loaders.error().rest, description);
}

/// The first name of a machine in its tree.
std::string_view NameOf(const fdt::Tree& tree) {
  const auto root = fdt::FindPath(tree, "/");
  const auto names = root ? root->node().Find("compatible") : std::nullopt;
  return names ? names->String() : "";
}

void ReportSources(const Sources& sources) {
  constexpr std::string_view kFrom = "platforms/runtime: ";
  const auto& [loaders, tables, boards] = sources;
  if (tables) {
    if (*tables) return;
    const auto name = tables->error().name();
    RawConsoleLine({kFrom, "the ACPI table ", std::string_view(name.data(), name.size()),
                    " is refused: ", acpi::ToString(tables->error().error)});
    return;
  }
  if (loaders) {
    if (!IsForAnotherBoard(*loaders, boards)) return;
    RawConsoleLine({kFrom, "not used: the image's board ", NameOf(*boards),
                    ": the device tree is that of ", NameOf(*loaders)});
    return;
  }
  const hal::Digits argument(argument_of_loader, 16);
  const RefusedTree& refused = loaders.error();
  if (refused.error) {
    const bool has_place = refused.rest && fdt::IsInNode(*refused.error);
    RawConsoleLine({kFrom, "the device tree at 0x", argument.view(),
                    " is refused: ", fdt::ToString(*refused.error), has_place ? ", at node " : "",
                    has_place ? fdt::LastNode(*refused.rest) : ""});
  } else if (!boards) {
    RawConsoleLine(
        {kFrom, "x0 is 0x", argument.view(),
         ", which is neither a device tree nor ACPI's tables, and the image has no tree"});
  }
}

constexpr std::string_view kNotUsed = "platforms/runtime: not used: ";

void ReportLeftOut(std::string_view what, const auto& list) {
  if (list.left_out() == 0) return;
  RawConsoleLine({kNotUsed, hal::Digits(list.left_out()).view(), what, ": the limit is ",
                  hal::Digits(list.kMaxSize).view()});
}

/// What is the console instead of the one that is named.
std::string_view OtherConsole() {
  if (!std::holds_alternative<None>(description.console)) return description.any_console_node;
  return description.has_semihosting ? "semihosting" : "the last page of the image's memory";
}

void ReportConsole(bool is_named) {
  const UnusableNode& node = description.not_console;
  if (node.why == nullptr) return;
  RawConsoleLine({kNotUsed, node.name, ": ", node.why, is_named ? "" : "; the console is ",
                  is_named ? "" : OtherConsole()});
}

/// A line for everything that is described and not used.
void ReportUnused() {
  ReportLeftOut(" CPUs", description.cpus);
  ReportLeftOut(" memory ranges", description.memory);
  if (const auto* gic = std::get_if<GicV3>(&description.interrupt_controller))
    ReportLeftOut(" redistributor regions", gic->redistributors.regions);
  for (const UnusableNode& node : description.unusable.all()) {
    const hal::Digits uid(node.uid.value_or(0));
    RawConsoleLine({kNotUsed, node.name, node.uid ? ", CPU of UID " : "",
                    node.uid ? uid.view() : "", ": ", node.why});
  }
  ReportLeftOut(" more nodes", description.unusable);
}

/// A tree may describe firmware that is absent, for example when the image was entered at EL3: then
/// the SMC is UNDEFINED.
bool PsciExists() {
  const auto version = GuardedSmc(PsciSmc::kVersion);
  return version && static_cast<std::int32_t>(*version) > 0;
}

/// An image of another board, started by a loader without a tree: it ends where its owner looks.
void EndOnOtherMachine(const OtherMachine& machine, const fdt::Tree& boards) {
  description.console = machine.console;
  description.watchdog = machine.watchdog;
  description.has_psci = false;
  StartConsole();
  RawConsoleLine({"platforms/runtime: the image is for the board ", NameOf(boards),
                  ", and this machine is a ", machine.name,
                  ", whose loader passed no device tree"});
  PowerOff(kStatusOtherMachine);
}

}  // namespace

const Description& ThisMachine() { return description; }
std::optional<fdt::Tree> LoaderTree() { return tree_of_loader; }
std::uint64_t LoaderArgument() { return argument_of_loader; }

MemoryRange ImageRange() {
  return {.base = reinterpret_cast<std::uintptr_t>(__image_start),
          .size = static_cast<std::uint64_t>(__image_end - __image_start)};
}

void DescribeThisMachine(std::uint64_t loader_argument) {
  argument_of_loader = loader_argument;
  const Sources sources{.loaders = FindLoaderTree(loader_argument),
                        .tables = FindLoaderTables(loader_argument),
                        .boards = BoardTree()};
  const auto& [loaders, tables, boards] = sources;
  if (loaders) tree_of_loader = *loaders;
  DescribeAll(sources);
  if (description.memory.empty()) description.memory = loader_memory;
  const bool is_named = !std::holds_alternative<None>(description.console);
  UseAnyConsole(description);
  description.has_semihosting = GuardedSemihosting(Semihosting::kHarmless).has_value();
  const bool is_boards_alone = boards && !loaders && !sources.are_tables();
  if (const auto* other = is_boards_alone ? FindOtherMachine(description) : nullptr)
    EndOnOtherMachine(*other, *boards);
  StartConsole();
  ReportSources(sources);
  description.has_psci = description.has_psci && PsciExists();
  if (sources.is_nothing()) PowerOff(kStatusNoTree);
  ReportConsole(is_named);
  ReportUnused();
  PutBootCpuFirst(description.cpus, hal::Cpu::CurrentCpu().affinity);
  const std::string_view from_tree = loaders ? BootArguments(*loaders) : std::string_view();
  KeepArguments(from_tree.empty() ? load_options : from_tree);
}

void FindCpus() { KeepCpusThatStart(description); }

}  // namespace trivet::platforms
