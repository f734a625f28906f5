#include "platforms/runtime/machine.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "platforms/devices/affinity.h"
#include "platforms/machine/describe.h"
#include "platforms/runtime/boot.h"
#include "platforms/runtime/loader_tree.h"

/// board_block.S; the build puts the board's tree into it.
extern "C" const std::uint32_t trivet_board_block[1024];

namespace trivet::platforms {
namespace {

constinit Description description;
constinit std::uint64_t argument_of_loader;

Description OfBoard() {
  const auto tree = fdt::Tree::Check(std::span(trivet_board_block));
  return tree ? Describe(*tree) : Description();
}

/// A tree that does not know this CPU is another machine's: then it is the only one.
void PutBootCpuFirst(FewOf<Cpu, kMaxCpus>& cpus) {
  const std::uint64_t self = ThisAffinity();
  for (Cpu& cpu : cpus.all()) {
    if (cpu.affinity != self) continue;
    std::swap(cpu, cpus.all().front());
    return;
  }
  cpus = {};
  (void)cpus.Add({.affinity = self});
}

/// Where no firmware ran, nobody did.
void StartConsole(const Console& console) {
  std::visit(
      [](const auto& uart) {
        if constexpr (requires { uart.Start(); }) uart.Start();
      },
      console);
}

}  // namespace

const Description& ThisMachine() { return description; }
std::uint64_t LoaderArgument() { return argument_of_loader; }

void DescribeThisMachine(std::uint64_t loader_argument) {
  argument_of_loader = loader_argument;
  const std::optional<fdt::Tree> tree = LoaderTree(loader_argument);
  description = tree ? FillIn(Describe(*tree), OfBoard()) : OfBoard();
  PutBootCpuFirst(description.cpus);
  StartConsole(description.console);
}

}  // namespace trivet::platforms
