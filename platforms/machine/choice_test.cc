// SPDX-License-Identifier: Apache-2.0 OR MIT
// Which console is used, and which tree.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "platforms/machine/describe.h"
#include "platforms/machine/described.h"

namespace trivet::platforms {
namespace {

using fdt::TreeBuilder;
using namespace std::string_view_literals;

/// The console of a machine with two UARTs and this "stdout-path".
Console ConsoleFor(std::string_view path) {
  TreeBuilder tree = Root();
  tree.Begin("chosen").Text("stdout-path", path).End();
  tree.Begin("aliases").Text("serial0", "/uart@2000").End();
  Device(tree, "uart@1000", "arm,pl011\0arm,primecell"sv, {0x1000, 0x100}).End();
  Device(tree, "uart@2000", "arm,pl011", {0x2000, 0x100}).End();
  Device(tree, "uart@3000", "acme,uart", {0x3000, 0x100}).End();
  Device(tree, "uart@4000", "arm,pl011", {0x4000, 0x100}).Text("status", "disabled").End();
  Device(tree, "uart@5000", "arm,pl011", {0x5000}).End();
  return Described(tree.End()).console;
}

TEST(Console, IsTheOneThatStdoutPathNames) {
  EXPECT_EQ(std::get<Pl011>(ConsoleFor("/uart@1000")).base, 0x1000u);
  EXPECT_EQ(std::get<Pl011>(ConsoleFor("serial0:115200n8")).base, 0x2000u);
}

TEST(Console, MayHaveItsOlderName) {
  TreeBuilder tree = Root();
  tree.Begin("chosen").Text("linux,stdout-path", "/uart@1000").End();
  Device(tree, "uart@1000", "arm,pl011", {0x1000, 0x100}).End();
  EXPECT_EQ(std::get<Pl011>(Described(tree.End()).console).base, 0x1000u);
}

TEST(Console, IsNoneWhereItCannotBeUsed) {
  for (const char* path : {"", "/uart@3000", "/uart@4000", "/uart@5000", "/uart@6000", "serial1"}) {
    EXPECT_TRUE(std::holds_alternative<None>(ConsoleFor(path))) << path;
  }
}

/// Why the tree's console is not used, as "node: reason"; then the one that is used instead.
std::vector<std::string> InsteadOf(const TreeBuilder& builder) {
  const auto words = builder.Build();
  Description machine = Describe(*fdt::Tree::Check(words));
  UseAnyConsole(machine);
  const auto* uart = std::get_if<Pl011>(&machine.console);
  return {std::string(machine.not_console.name) + ": " + machine.not_console.why,
          uart != nullptr ? std::string(machine.any_console_node) : "none"};
}

/// A machine with a UART that its tree does not name, and `add`.
TreeBuilder WithUart(const auto& add) {
  TreeBuilder tree = Root();
  add(tree);
  Device(tree, "uart@9000", "arm,pl011", {0x9000, 0x100}).End();
  return tree.End();
}

TEST(Console, IsAnyKnownUartWhereStdoutPathIsOfNoUse) {
  const auto named = [](std::string_view why, const auto& uart) {
    EXPECT_EQ(InsteadOf(WithUart([&](TreeBuilder& tree) {
                tree.Begin("chosen").Text("stdout-path", "/soc/uart@1000:115200").End();
                uart(tree.Begin("soc").Cells("#address-cells", {1}).Cells("#size-cells", {1}));
              })),
              (std::vector<std::string>{"uart@1000: stdout-path names it, and " + std::string(why),
                                        "uart@9000"}));
  };
  named("its compatible is no known UART's", [](TreeBuilder& tree) {
    Device(tree.Cells("ranges", {}), "uart@1000", "acme,uart", {0x1000, 1}).End().End();
  });
  named("a status of it is not okay", [](TreeBuilder& tree) {
    Device(tree.Cells("ranges", {}), "uart@1000", "arm,pl011", {0x1000, 1});
    tree.Text("status", "disabled").End().End();
  });
  named("its reg, or ranges of a bus around it, cannot be used",
        [](TreeBuilder& tree) { Device(tree, "uart@1000", "arm,pl011", {0x1000, 1}).End().End(); });
}

TEST(Console, IsAnyKnownUartWhereNothingNamesOne) {
  const auto chosen = [](std::string_view why, const auto& add) {
    EXPECT_EQ(InsteadOf(WithUart(add)),
              (std::vector<std::string>{"chosen: " + std::string(why), "uart@9000"}));
  };
  chosen("the tree has no such node, whose stdout-path is the console", [](TreeBuilder&) {});
  chosen("it has no stdout-path", [](TreeBuilder& tree) { tree.Begin("chosen").End(); });
  for (const char* property : {"stdout-path", "linux,stdout-path"}) {
    chosen("its stdout-path names no node",
           [&](TreeBuilder& tree) { tree.Begin("chosen").Text(property, "/uart@1000").End(); });
  }
  EXPECT_EQ(InsteadOf(Root().End())[1], "none");
}

/// Completes a root with a console, an interrupt controller and one CPU that PSCI starts.
TreeBuilder& EndBoard(TreeBuilder& board) {
  board.Begin("chosen").Text("stdout-path", "/uart@1000").End();
  board.Begin("psci").Text("compatible", "arm,psci-1.0").Text("method", "smc").End();
  Device(board, "uart@1000", "arm,pl011", {0x1000, 1}).End();
  Device(board, "gic@3000", "arm,gic-v3", {0x3000, 1, 0x4000, 1}).End();
  board.Begin("cpus");
  return CpuNode(board, 0, "psci").End().End().End();
}

Description Filled(Description first, const Description& second) {
  FillIn(first, second);
  return first;
}

TEST(FillIn, TakesOnlyWhatIsMissing) {
  TreeBuilder loaders = Root();
  Device(loaders, "gic@1000", "arm,gic-v3", {0x1000, 1, 0x2000, 1}).End();
  TreeBuilder boards = Root();
  const Description both = Filled(Described(loaders.End()), Described(EndBoard(boards)));
  EXPECT_EQ(std::get<GicV3>(both.interrupt_controller).distributor, 0x1000u);
  EXPECT_EQ(std::get<Pl011>(both.console).base, 0x1000u);
  EXPECT_EQ(both.cpus.all().size(), 1u);
}

TEST(FillIn, TakesPsciFromTheTreeWithCpus) {
  TreeBuilder loaders = Root();
  loaders.Begin("cpus");
  CpuNode(loaders, 0, "psci").End().End();
  TreeBuilder boards = Root();
  EXPECT_FALSE(Filled(Described(loaders.End()), Described(EndBoard(boards))).has_psci);
}

// The tree of kexec from a Linux that was started with ACPI: /chosen only.
TEST(FillIn, TakesTheFirmwareWithTheCpus) {
  TreeBuilder loaders = Root();
  loaders.Begin("chosen").Text("bootargs", "a").End();
  TreeBuilder boards = Root();
  const Description both = Filled(Described(loaders.End()), Described(EndBoard(boards)));
  EXPECT_EQ(both.cpus.all()[0].start, CpuStart::kPsci);
  EXPECT_TRUE(both.has_psci);
}

TEST(Machines, DifferWhereTheirRootsHaveNoNameInCommon) {
  const auto are_two = [](std::string_view one, std::string_view other, bool has_cpus = true) {
    const auto machine = [&](std::string_view compatible) {
      TreeBuilder tree = Root();
      if (!compatible.empty()) tree.Text("compatible", compatible);
      if (has_cpus) tree.Begin("cpus").End();
      return tree.End().Build();
    };
    const auto first = machine(one), second = machine(other);
    return AreOfTwoMachines(*fdt::Tree::Check(first), *fdt::Tree::Check(second));
  };
  EXPECT_TRUE(are_two("acme,a\0acme,b"sv, "acme,c\0acme"sv));
  EXPECT_FALSE(are_two("acme,a\0acme,b"sv, "acme,c\0acme,b"sv));
  EXPECT_FALSE(are_two("", "acme,c"));
  EXPECT_FALSE(are_two("acme,a", "acme,c", false));
}

}  // namespace
}  // namespace trivet::platforms
