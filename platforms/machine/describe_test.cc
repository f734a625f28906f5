#include "platforms/machine/describe.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platforms/fdt/tree_builder.h"

namespace trivet::platforms {
namespace {

using fdt::TreeBuilder;
using namespace std::string_view_literals;

Description Described(const TreeBuilder& builder) {
  const auto words = builder.Build();
  const auto tree = fdt::Tree::Check(words);
  EXPECT_TRUE(tree.has_value());
  return Describe(*tree);
}

/// A root of one address and one size cell, not closed.
TreeBuilder Root() {
  TreeBuilder builder;
  builder.Begin("").Cells("#address-cells", {1}).Cells("#size-cells", {1});
  return builder;
}

TreeBuilder& Device(TreeBuilder& builder, std::string_view name, std::string_view compatible,
                    std::initializer_list<std::uint32_t> reg) {
  return builder.Begin(name).Text("compatible", compatible).Cells("reg", reg);
}

TEST(Describe, FindsNothingInAnEmptyTree) {
  const Description empty = Described(Root().End());
  EXPECT_TRUE(std::holds_alternative<None>(empty.console));
  EXPECT_TRUE(std::holds_alternative<None>(empty.interrupt_controller));
  EXPECT_TRUE(std::holds_alternative<None>(empty.watchdog));
  EXPECT_TRUE(empty.cpus.empty());
  EXPECT_TRUE(empty.memory.empty());
  EXPECT_FALSE(empty.has_psci);
}

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

TEST(Console, IsNoneWhereItCannotBeUsed) {
  for (const char* path : {"", "/uart@3000", "/uart@4000", "/uart@5000", "/uart@6000", "serial1"}) {
    EXPECT_TRUE(std::holds_alternative<None>(ConsoleFor(path))) << path;
  }
}

TreeBuilder& CpuNode(TreeBuilder& tree, std::uint32_t affinity, std::string_view method) {
  tree.Begin("cpu@" + std::to_string(affinity)).Text("device_type", "cpu");
  return tree.Cells("reg", {affinity}).Text("enable-method", method);
}

TEST(Cpus, HaveAnAffinityAndAWayToStart) {
  TreeBuilder tree = Root();
  tree.Begin("cpus").Begin("cpu-map").End();
  CpuNode(tree, 0x0, "psci").End();
  CpuNode(tree, 0x100, "spin-table").Cells("cpu-release-addr", {0x1, 0xd8}).End();
  CpuNode(tree, 0x101, "spin-table").Cells("cpu-release-addr", {0xe0}).End();
  CpuNode(tree, 0x102, "spin-table").Cells("cpu-release-addr", {0xe1}).End();  // misaligned
  CpuNode(tree, 0x103, "spin-table").End();
  CpuNode(tree, 0x104, "acme,smp").End();
  CpuNode(tree, 0x105, "psci").Text("status", "disabled").End();
  CpuNode(tree, 0x106, "psci").Text("status", "fail-broken").End();
  tree.Begin("l2-cache").Cells("reg", {7}).End().End();
  const Description machine = Described(tree.End());
  const auto cpus = machine.cpus.all();
  ASSERT_EQ(cpus.size(), 7u);
  EXPECT_EQ(cpus[0].start, CpuStart::kPsci);
  EXPECT_EQ(cpus[1].start, CpuStart::kSpinTable);
  EXPECT_EQ(cpus[1].affinity, 0x100u);
  EXPECT_EQ(cpus[1].release_address, 0x1'0000'00d8u);
  EXPECT_EQ(cpus[2].release_address, 0xe0u);
  for (const unsigned cpu : {3, 4, 5}) EXPECT_EQ(cpus[cpu].start, CpuStart::kUnknown) << cpu;
  EXPECT_EQ(cpus[6].affinity, 0x105u);
}

TEST(Cpus, AffinitiesMayHaveTwoCells) {
  TreeBuilder tree = Root();
  tree.Begin("cpus").Begin("cpu@0").Text("device_type", "cpu").Cells("reg", {1, 0x203}).End().End();
  EXPECT_EQ(Described(tree.End()).cpus.all()[0].affinity, 0x1'0000'0203u);
}

TEST(Cpus, AreBounded) {
  TreeBuilder tree = Root();
  tree.Begin("cpus");
  for (std::uint32_t cpu = 0; cpu < kMaxCpus + 3; ++cpu) CpuNode(tree, cpu, "psci").End();
  EXPECT_EQ(Described(tree.End().End()).cpus.all().size(), kMaxCpus);
}

TEST(Memory, IsEveryRangeOfEveryNode) {
  TreeBuilder tree = Root();
  tree.Begin("memory@0")
      .Text("device_type", "memory")
      .Cells("reg", {0, 0x100, 0x1000, 0x200})
      .End();
  tree.Begin("memory@8").Text("device_type", "memory").Cells("reg", {0x8000, 0, 0x9000, 1}).End();
  const Description machine = Described(tree.End());
  const auto memory = machine.memory.all();
  ASSERT_EQ(memory.size(), 3u);  // one is empty
  EXPECT_EQ(memory[1].base, 0x1000u);
  EXPECT_EQ(memory[1].size, 0x200u);
  EXPECT_EQ(memory[2].base, 0x9000u);
}

bool HasPsci(std::string_view compatible, std::string_view method) {
  TreeBuilder tree = Root();
  tree.Begin("psci").Text("compatible", compatible).Text("method", method).End();
  return Described(tree.End()).has_psci;
}

TEST(Psci, NeedsSmcAndVersion02) {
  EXPECT_TRUE(HasPsci("arm,psci-1.0\0arm,psci-0.2\0arm,psci"sv, "smc"));
  EXPECT_TRUE(HasPsci("arm,psci-0.2", "smc"));
  EXPECT_FALSE(HasPsci("arm,psci", "smc"));
  EXPECT_FALSE(HasPsci("arm,psci-1.0", "hvc"));
  EXPECT_FALSE(HasPsci("arm,psci-1.0", ""));
}

TEST(InterruptController, NeedsAllItsRegisters) {
  const auto index = [](std::initializer_list<std::uint32_t> reg) {
    TreeBuilder tree = Root();
    Device(tree, "gic@1000", "arm,gic-v3", reg).End();
    return Described(tree.End()).interrupt_controller;
  };
  EXPECT_EQ(std::get<GicV3>(index({0x1000, 1, 0x2000, 1})).redistributor, 0x2000u);
  EXPECT_TRUE(std::holds_alternative<None>(index({0x1000, 1})));
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

TEST(FillIn, TakesOnlyWhatIsMissing) {
  TreeBuilder loaders = Root();
  Device(loaders, "gic@1000", "arm,gic-v3", {0x1000, 1, 0x2000, 1}).End();
  TreeBuilder boards = Root();
  const Description both = FillIn(Described(loaders.End()), Described(EndBoard(boards)));
  EXPECT_EQ(std::get<GicV3>(both.interrupt_controller).distributor, 0x1000u);
  EXPECT_EQ(std::get<Pl011>(both.console).base, 0x1000u);
  EXPECT_EQ(both.cpus.all().size(), 1u);
}

TEST(FillIn, TakesPsciFromTheTreeWithCpus) {
  TreeBuilder loaders = Root();
  loaders.Begin("cpus");
  CpuNode(loaders, 0, "psci").End().End();
  TreeBuilder boards = Root();
  EXPECT_FALSE(FillIn(Described(loaders.End()), Described(EndBoard(boards))).has_psci);
}

// The tree of kexec from a Linux that was started with ACPI: /chosen only.
TEST(FillIn, TakesTheFirmwareWithTheCpus) {
  TreeBuilder loaders = Root();
  loaders.Begin("chosen").Text("bootargs", "a").End();
  TreeBuilder boards = Root();
  const Description both = FillIn(Described(loaders.End()), Described(EndBoard(boards)));
  EXPECT_EQ(both.cpus.all()[0].start, CpuStart::kPsci);
  EXPECT_TRUE(both.has_psci);
}

TEST(BootArguments, AreThoseOfChosen) {
  const auto words = Root().Begin("chosen").Text("bootargs", "a b").End().End().Build();
  EXPECT_EQ(BootArguments(*fdt::Tree::Check(words)), "a b");
  const auto none = Root().End().Build();
  EXPECT_EQ(BootArguments(*fdt::Tree::Check(none)), "");
}

}  // namespace
}  // namespace trivet::platforms
