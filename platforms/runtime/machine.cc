#include "platforms/runtime/machine.h"

#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "hal/cpu.h"
#include "hal/digits.h"
#include "platforms/devices/psci_smc.h"
#include "platforms/devices/semihosting.h"
#include "platforms/machine/describe.h"
#include "platforms/runtime/arguments.h"
#include "platforms/runtime/board_block.h"
#include "platforms/runtime/boot.h"
#include "platforms/runtime/guarded.h"
#include "platforms/runtime/loader_tree.h"
#include "platforms/runtime/power.h"
#include "platforms/runtime/raw_console.h"

extern "C" const char __image_start[], __image_end[];  // image.ld

namespace trivet::platforms {
namespace {

constinit Description description;
constinit std::uint64_t argument_of_loader;
constinit std::optional<fdt::Tree> tree_of_loader;

constexpr int kStatusNoTree = 104;

std::optional<fdt::Tree> BoardTree() {
  const auto tree = fdt::Tree::Check(std::span(trivet_board_block));
  return tree ? std::optional(*tree) : std::nullopt;
}

Description DescribeBoth(const std::optional<fdt::Tree>& loaders,
                         const std::optional<fdt::Tree>& boards) {
  const Description board = boards ? Describe(*boards) : Description();
  return loaders ? FillIn(Describe(*loaders), board) : board;
}

void ReportLeftOut(std::string_view what, const auto& list) {
  if (list.left_out() == 0) return;
  RawConsoleWrite("platforms/runtime: not used: ");
  RawConsoleWrite(hal::Digits(list.left_out()).view());
  RawConsoleWrite(what);
  RawConsoleWrite(" of the device tree: the limit is ");
  RawConsoleWrite(hal::Digits(list.kMaxSize).view());
  RawConsoleWrite("\n");
}

/// A line for everything that the tree describes and that is not used.
void ReportUnused() {
  ReportLeftOut(" CPUs", description.cpus);
  ReportLeftOut(" memory ranges", description.memory);
  if (const auto* gic = std::get_if<GicV3>(&description.interrupt_controller))
    ReportLeftOut(" redistributor regions", gic->redistributors.regions);
  for (const UnusableNode& node : description.unusable.all()) {
    RawConsoleWrite("platforms/runtime: not used: ");
    RawConsoleWrite(node.name);
    RawConsoleWrite(": ");
    RawConsoleWrite(node.why);
    RawConsoleWrite("\n");
  }
  ReportLeftOut(" more nodes", description.unusable);
}

/// A tree may describe firmware that is absent, for example when the image was entered at EL3: then
/// the SMC is UNDEFINED.
bool PsciExists() {
  const auto version = GuardedSmc(PsciSmc::kVersion);
  return version && static_cast<std::int32_t>(*version) > 0;
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
  const auto loaders = tree_of_loader = FindLoaderTree(loader_argument);
  const auto boards = BoardTree();
  description = DescribeBoth(loaders, boards);
  StartConsole();
  ReportUnused();
  PutBootCpuFirst(description.cpus, hal::Cpu::CurrentCpu().affinity);
  description.has_psci = description.has_psci && PsciExists();
  description.has_semihosting = GuardedSemihosting(Semihosting::kHarmless).has_value();
  if (loaders) KeepArguments(BootArguments(*loaders));
  if (!loaders && !boards) PowerOff(kStatusNoTree);
}

}  // namespace trivet::platforms
