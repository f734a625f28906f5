// SPDX-License-Identifier: Apache-2.0 OR MIT
// Real trees, the boards' own and those of QEMU; dumps of tables.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "platforms/acpi/table_builder.h"
#include "platforms/fdt/editor.h"
#include "platforms/machine/describe.h"
#include "platforms/machine/dump.h"
#include "platforms/machine/show.h"
#include "platforms/machine/test_trees.h"
#include "platforms/runtime/board_block_size.h"

namespace trivet::platforms {
namespace {

Description OfTree(const std::string& name) {
  const auto found = TestTrees().find(name);
  EXPECT_NE(found, TestTrees().end()) << name;
  const auto tree = fdt::Tree::Check(found->second);
  EXPECT_TRUE(tree.has_value()) << name << ": " << ToString(tree.error());
  return Describe(*tree);
}

TEST(Trees, EveryBoardHasAllThatAnImageNeeds) {
  int boards = 0;
  for (const auto& [name, words] : TestTrees()) {
    if (!name.ends_with("_board")) continue;
    SCOPED_TRACE(name);
    ++boards;
    EXPECT_LE(words.size() * 4, TRIVET_BOARD_BLOCK_SIZE);
    const Description machine = OfTree(name);
    EXPECT_FALSE(std::holds_alternative<None>(machine.console));
    EXPECT_FALSE(std::holds_alternative<None>(machine.interrupt_controller));
    EXPECT_FALSE(machine.memory.empty());
    EXPECT_EQ(machine.cpus.left_out(), 0u);
    EXPECT_TRUE(machine.unusable.empty());
    ASSERT_FALSE(machine.cpus.empty());
    for (const Cpu& cpu : machine.cpus.all().subspan(1)) {
      EXPECT_NE(cpu.start, CpuStart::kUnknown) << cpu.affinity;
      EXPECT_TRUE(cpu.start != CpuStart::kPsci || machine.has_psci);
    }
  }
  EXPECT_GE(boards, 2);
}

// The board's tree for QEMU's machine, for loaders that pass none, equals QEMU's.
TEST(Trees, TheVirtBoardEqualsQemusTree) {
  const Description ours = OfTree("qemu_virt_board");
  const Description theirs = OfTree("virt_gic_v3");
  EXPECT_EQ(std::get<Pl011>(ours.console).base, std::get<Pl011>(theirs.console).base);
  const auto gic = std::get<GicV3>(ours.interrupt_controller);
  const auto their_gic = std::get<GicV3>(theirs.interrupt_controller);
  EXPECT_EQ(gic.distributor, their_gic.distributor);
  EXPECT_TRUE(std::ranges::equal(
      gic.redistributors.regions.all(), their_gic.redistributors.regions.all(),
      [](const auto& a, const auto& b) { return a.base == b.base && a.size == b.size; }));
  EXPECT_EQ(ours.has_psci, theirs.has_psci);
  EXPECT_EQ(ours.watchdog.index(), theirs.watchdog.index());
  EXPECT_TRUE(std::ranges::equal(ours.memory.all(), theirs.memory.all(),
                                 [](const MemoryRange& a, const MemoryRange& b) {
                                   return a.base == b.base && a.size == b.size;
                                 }));
  EXPECT_TRUE(std::ranges::equal(
      ours.cpus.all(), theirs.cpus.all(),
      [](const Cpu& a, const Cpu& b) { return a.affinity == b.affinity && a.start == b.start; }));
}

TEST(Trees, AMachineWithManyCpusHasTwoRedistributorRegions) {
  const Description machine = OfTree("virt_128_cpus");
  EXPECT_EQ(machine.cpus.all().size(), 128u);
  EXPECT_EQ(machine.cpus.all()[127].affinity, 0x70fu);
  EXPECT_EQ(std::get<GicV3>(machine.interrupt_controller).redistributors.regions.all().size(), 2u);
}

TEST(Trees, AGicV2IsFoundOnTheSameMachine) {
  const auto gic = std::get<GicV2>(OfTree("virt_gic_v2").interrupt_controller);
  EXPECT_EQ(gic.distributor, 0x0800'0000u);
  EXPECT_EQ(gic.cpu_interface, 0x0801'0000u);
  EXPECT_EQ(gic.virtual_control, 0x0803'0000u);
  EXPECT_EQ(gic.virtual_cpu_interface, 0x0804'0000u);
  EXPECT_EQ(gic.page_stride, 0x1000u);
  EXPECT_EQ(std::get<GicV2>(OfTree("zcu102_board").interrupt_controller).page_stride, 0x1'0000u);
}

TEST(Trees, HaveNoPsciWhereEl2CannotCallIt) {
  EXPECT_FALSE(OfTree("virt_secure").has_psci);  // no such node
  EXPECT_FALSE(OfTree("virt_hvc").has_psci);     // by HVC
}

TEST(Trees, AreShownAsText) {
  const auto tree = fdt::Tree::Check(TestTrees().at("virt_gic_v3"));
  ASSERT_TRUE(tree);
  EXPECT_EQ(Show(*tree),
            "console               0x9000000, /pl011@9000000 (arm,pl011)\n"
            "interrupt controller  0x8000000, /intc@8000000 (arm,gic-v3)\n"
            "redistributors        0x80a0000, 15744 KiB\n"
            "watchdog              none\n"
            "PSCI by SMC           yes\n"
            "CPU 0x0               PSCI\n"
            "CPU 0x1               PSCI\n"
            "CPU 0x2               PSCI\n"
            "CPU 0x3               PSCI\n"
            "memory                0x40000000, 256 MiB\n");
}

TEST(Trees, WhatIsNotUsedIsShown) {
  const auto hvc = fdt::Tree::Check(TestTrees().at("virt_hvc"));
  ASSERT_TRUE(hvc);
  EXPECT_NE(Show(*hvc).find("not used              psci: its method is not smc\n"),
            std::string::npos);
}

/// What an image takes from a public tree, with how many CPUs that PSCI starts.
struct PublicTree {
  const char* name;
  std::uint64_t console;
  std::uint64_t distributor;
  unsigned cpus;
};

TEST(Trees, OfBoardsThatNoImageRanOnHaveAllThatIsNeeded) {
  constexpr PublicTree kTrees[] = {{"rpi5", 0x10'7d00'1000, 0x10'7fff'9000, 4},
                                   {"rock5b", 0xfeb5'0000, 0xfe60'0000, 8},
                                   {"orangepi5_plus", 0xfeb5'0000, 0xfe60'0000, 8},
                                   {"imx8mm_evk", 0x3089'0000, 0x3880'0000, 4},
                                   {"jetson_agx_orin", 0x31d'0000, 0xf40'0000, 12}};
  for (const PublicTree& expected : kTrees) {
    SCOPED_TRACE(expected.name);
    Description machine = OfTree(expected.name);
    UseAnyConsole(machine);
    const auto base = [](const auto& device) -> std::uint64_t {
      if constexpr (requires { device.distributor; }) return device.distributor;
      if constexpr (requires { device.base; }) return device.base;
      return 0;
    };
    EXPECT_EQ(std::visit(base, machine.console), expected.console);
    EXPECT_EQ(std::visit(base, machine.interrupt_controller), expected.distributor);
    EXPECT_EQ(std::ranges::count(machine.cpus.all(), CpuStart::kPsci, &Cpu::start), expected.cpus);
    EXPECT_TRUE(machine.has_psci && machine.unusable.empty() && !machine.memory.empty());
  }
  EXPECT_EQ(std::get<Uart16550>(OfTree("rock5b").console).shift, 2);
  EXPECT_STREQ(OfTree("jetson_agx_orin").not_console.why,
               "stdout-path names it, and its compatible is no known UART's");
}

/// A machine's tables, with a CPU that is not used.
std::string DumpOfTables() {
  std::array<std::uint8_t, 0x1000> room;
  acpi::TableBuilder builder(room);
  AddFadt(builder, {});
  AddCpus(builder, {.cpus = 2}, false);
  builder.Structure(acpi::kGicc, 80).Set(acpi::kGiccFlags, acpi::kGiccEnabled);
  builder.Set(acpi::kGiccUid, 9).End();
  AddTimers(builder, 1);
  AddConsole(builder);
  return {reinterpret_cast<const char*>(room.data()), builder.size()};
}

TEST(Tables, AreShownAsText) {
  const std::vector<std::string> files = {DumpOfTables()};
  const auto tables = TablesIn(files);
  ASSERT_TRUE(tables);
  EXPECT_EQ(Show(*tables),
            "console               0x9000000, SPCR (PL011)\n"
            "interrupt controller  0x8000000, APIC (GICv3)\n"
            "redistributors        0x80a0000, 15744 KiB\n"
            "watchdog              0xa000000, GTDT\n"
            "PSCI by SMC           yes\n"
            "CPU 0x0               PSCI\n"
            "CPU 0x1               PSCI\n"
            "memory                UEFI's memory map\n"
            "not used              APIC, CPU of UID 9: its MPIDR is that of an earlier CPU\n");
}

// As Linux and acpidump have them: a file for each, and of the root too.
TEST(Tables, OfAFolderAreThoseOfOneFile) {
  const std::string dump = DumpOfTables();
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "tables";
  std::filesystem::create_directories(folder / "data");
  std::size_t begin = 0;
  for (unsigned i = 0; begin < dump.size(); ++i) {
    const acpi::Bytes table(reinterpret_cast<const std::uint8_t*>(dump.data() + begin), 36);
    std::ofstream(folder / std::to_string(i)) << dump.substr(begin, table[acpi::kLength]);
    begin += table[acpi::kLength];
  }
  std::ofstream(folder / "rsdp.dat") << "RSD PTR more";
  const auto files = ReadFiles(folder);
  ASSERT_TRUE(files);
  EXPECT_EQ(files->size(), 5u);
  const auto tables = TablesIn(*files);
  ASSERT_TRUE(tables);
  EXPECT_EQ(Show(*tables), Show(*TablesIn(std::vector<std::string>{dump})));
  EXPECT_FALSE(ReadFiles(folder / "none"));
}

TEST(Tables, WithTooManyCpusHaveThemCounted) {
  std::vector<std::uint8_t> room(0x1'0000);
  acpi::TableBuilder builder(room);
  AddCpus(builder, {.cpus = kMaxCpus + 2});
  const std::string dump[] = {{room.begin(), room.begin() + builder.size()}};
  const std::string text = Show(*TablesIn(dump));
  EXPECT_NE(text.find("not used              2 CPUs: the limit is 512\n"), std::string::npos);
}

TEST(Tables, ThatAreCutOffAreRefused) {
  const std::string dump = DumpOfTables();
  const auto tables = TablesIn(std::vector<std::string>{dump.substr(0, dump.size() - 1)});
  ASSERT_FALSE(tables);
  EXPECT_EQ(tables.error().table, acpi::kSpcr);
  EXPECT_EQ(tables.error().error, acpi::Error::kLength);
  EXPECT_FALSE(tables.error().rest.madt.empty());
  const auto nothing = TablesIn(std::vector<std::string>{});
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().error, acpi::Error::kMissing);
}

TEST(Trees, WhatIsUsedInsteadIsShown) {
  const auto& words = TestTrees().at("virt_gic_v3");
  std::vector<std::uint32_t> memory(words.size() + 64);
  auto editor = fdt::Editor::Copy(words, memory);
  ASSERT_TRUE(editor && editor->Hide("/chosen", "stdout-path"));
  ASSERT_TRUE(editor->Hide("/cpus/cpu@1", "enable-method"));
  const std::string text = Show(editor->tree());
  for (const char* line : {"console               0x9000000, /pl011@9000000 (arm,pl011)\n",
                           "CPU 0x1               cannot be started: it has no enable-method\n",
                           "not used              chosen: it has no stdout-path\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace trivet::platforms
