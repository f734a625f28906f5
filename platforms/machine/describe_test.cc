// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/machine/describe.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "platforms/machine/described.h"

namespace trivet::platforms {
namespace {

using fdt::TreeBuilder;
using namespace std::string_view_literals;

TEST(Describe, FindsNothingInAnEmptyTree) {
  const Description empty = Described(Root().End());
  EXPECT_TRUE(std::holds_alternative<None>(empty.console));
  EXPECT_TRUE(std::holds_alternative<None>(empty.interrupt_controller));
  EXPECT_TRUE(std::holds_alternative<None>(empty.watchdog));
  EXPECT_TRUE(empty.cpus.empty());
  EXPECT_TRUE(empty.memory.empty());
  EXPECT_FALSE(empty.has_psci);
}

// As the Raspberry Pi 5's: devices on a bus of 32-bit addresses, named by an alias; memory with
// 64-bit addresses and 32-bit sizes.
TEST(Describe, FollowsTheCellsOfEachBus) {
  TreeBuilder tree;
  tree.Begin("").Cells("#address-cells", {2}).Cells("#size-cells", {1});
  tree.Begin("aliases").Text("serial10", "/soc@107c000000/serial@7d001000").End();
  tree.Begin("chosen").Text("stdout-path", "serial10:115200n8").End();
  tree.Begin("memory@0").Text("device_type", "memory");
  tree.Cells("reg", {0, 0, 0x3b40'0000, 1, 0x4000'0000, 0xbc00'0000}).End();
  tree.Begin("soc@107c000000").Cells("#address-cells", {1}).Cells("#size-cells", {1});
  tree.Cells("ranges", {0x7c00'0000, 0x10, 0x7c00'0000, 0x0400'0000});
  Device(tree, "serial@7d001000", "arm,pl011", {0x7d00'1000, 0x200}).End();
  Device(tree, "gic@7fff9000", "arm,gic-400", {0x7fff'9000, 0x1000, 0x7fff'a000, 0x2000}).End();
  const Description machine = Described(tree.End().End());
  EXPECT_EQ(std::get<Pl011>(machine.console).base, 0x10'7d00'1000u);
  EXPECT_EQ(std::get<GicV2>(machine.interrupt_controller).cpu_interface, 0x10'7fff'a000u);
  ASSERT_EQ(machine.memory.all().size(), 2u);
  EXPECT_EQ(machine.memory.all()[1].base, 0x1'4000'0000u);
  EXPECT_EQ(machine.memory.all()[1].size, 0xbc00'0000u);
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
  tree.Begin("cpu@107").Cells("reg", {0x107}).End();
  CpuNode(tree, 0x108, "spin-table").Cells("cpu-release-addr", {0xffff'0000, 0}).End();
  CpuNode(tree, 0x105, "psci").Text("status", "disabled").End();
  CpuNode(tree, 0x106, "psci").Text("status", "fail-broken").End();
  tree.Begin("l2-cache").Cells("reg", {7}).End().End();
  const Description machine = Described(tree.End());
  const auto cpus = machine.cpus.all();
  ASSERT_EQ(cpus.size(), 9u);
  EXPECT_EQ(cpus[0].start, CpuStart::kPsci);
  EXPECT_EQ(cpus[1].start, CpuStart::kSpinTable);
  EXPECT_EQ(cpus[1].affinity, 0x100u);
  EXPECT_EQ(cpus[1].release_address, 0x1'0000'00d8u);
  EXPECT_EQ(cpus[2].release_address, 0xe0u);
  constexpr const char* kWhy[] = {
      "its cpu-release-addr is not a multiple of 8", "its cpu-release-addr is missing or no number",
      "its enable-method is neither psci nor spin-table", "it has no enable-method",
      "its cpu-release-addr has more than 48 bits"};
  for (unsigned i = 0; i < std::size(kWhy); ++i) {
    EXPECT_EQ(cpus[3 + i].start, CpuStart::kUnknown) << i;
    EXPECT_STREQ(cpus[3 + i].why_unknown, kWhy[i]);
  }
  EXPECT_EQ(cpus[8].affinity, 0x105u);
  EXPECT_EQ(cpus[8].why_unknown, nullptr);
}

/// /cpus, open, whose children have `cells` cells in "reg".
TreeBuilder Cpus(std::uint32_t cells) {
  TreeBuilder tree = Root();
  tree.Begin("cpus").Cells("#address-cells", {cells}).Cells("#size-cells", {0});
  return tree;
}

TEST(Cpus, AffinitiesMayHaveTwoCells) {
  TreeBuilder tree = Cpus(2);
  tree.Begin("cpu@100010203").Text("device_type", "cpu").Cells("reg", {1, 0x1'0203}).End();
  EXPECT_EQ(Described(tree.End().End()).cpus.all()[0].affinity, 0x1'0001'0203u);
}

TEST(Cpus, NeedNoDeviceTypeAndHaveOneAffinity) {
  TreeBuilder tree = Cpus(1);
  tree.Begin("cpu@100").Cells("reg", {0x100, 0x101}).End();
  EXPECT_EQ(Described(tree.End().End()).cpus.all()[0].affinity, 0x100u);
}

TEST(Cpus, MoreThanFitAreCounted) {
  TreeBuilder tree = Cpus(1);
  for (std::uint32_t cpu = 0; cpu < kMaxCpus + 3; ++cpu) CpuNode(tree, cpu, "psci").End();
  const Description machine = Described(tree.End().End());
  EXPECT_EQ(machine.cpus.all().size(), kMaxCpus);
  EXPECT_EQ(machine.cpus.left_out(), 3u);
}

TEST(Cpus, ThatCannotBeUsedHaveAReason) {
  TreeBuilder tree = Cpus(1);
  CpuNode(tree, 1, "psci").Text("status", "fail").End();
  CpuNode(tree, 2, "psci").End();
  tree.Begin("cpu@3").Cells("reg", {2}).End();
  tree.Begin("cpu@4").Cells("reg", {0x8000'0004}).End();
  tree.Begin("cpu@5").End();
  tree.End().End();
  EXPECT_EQ(Described(tree).cpus.all().size(), 1u);
  EXPECT_EQ(Unusable(tree), (Reasons{{"cpu@1", "its status is fail"},
                                     {"cpu@3", "its reg is that of an earlier CPU"},
                                     {"cpu@4", "its reg has bits that are no affinity"},
                                     {"cpu@5", "its reg is missing or empty"}}));
}

/// The affinities of a machine with CPUs 0 to `count` - 1, booted by CPU `boot`.
std::vector<std::uint64_t> BootedBy(std::uint32_t boot, std::uint32_t count) {
  TreeBuilder tree = Cpus(1);
  for (std::uint32_t cpu = 0; cpu < count; ++cpu) CpuNode(tree, cpu, "psci").End();
  Description machine = Described(tree.End().End());
  PutBootCpuFirst(machine.cpus, boot);
  std::vector<std::uint64_t> affinities;
  for (const Cpu& cpu : machine.cpus.all()) affinities.push_back(cpu.affinity);
  return affinities;
}

TEST(BootCpu, IsTheFirst) {
  EXPECT_EQ(BootedBy(2, 3), (std::vector<std::uint64_t>{2, 1, 0}));
  EXPECT_EQ(BootedBy(0, 2), (std::vector<std::uint64_t>{0, 1}));
}

TEST(BootCpu, IsTheOnlyOneWhereTheTreeLacksIt) {
  EXPECT_EQ(BootedBy(7, 2), (std::vector<std::uint64_t>{7}));
}

TEST(BootCpu, TakesAPlaceWhereTheListLeftItOut) {
  const auto affinities = BootedBy(kMaxCpus + 1, kMaxCpus + 2);
  ASSERT_EQ(affinities.size(), kMaxCpus);
  EXPECT_EQ(affinities.front(), kMaxCpus + 1);
  EXPECT_EQ(affinities[1], 1u);
  EXPECT_EQ(affinities.back(), 0u);
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

TEST(Memory, NeedsNoDeviceTypeAtTheTop) {
  TreeBuilder tree = Root();
  tree.Begin("memory@1000").Cells("reg", {0x1000, 0x200}).End();
  tree.Begin("soc").Begin("memory@2000").Cells("reg", {0x2000, 0x200}).End().End();
  tree.Begin("memory@3000").Text("device_type", "flash").Cells("reg", {0x3000, 0x200}).End();
  const Description machine = Described(tree.End());
  ASSERT_EQ(machine.memory.all().size(), 1u);
  EXPECT_EQ(machine.memory.all()[0].base, 0x1000u);
}

TEST(Memory, IsWhatAKernelLeavesOfIt) {
  TreeBuilder tree = Root();
  tree.Begin("memory").Text("device_type", "memory").Cells("reg", {0x1000, 0x8000});
  tree.Cells("linux,usable-memory", {0x4000, 0x200, 0x6000, 0x100}).End();
  const Description machine = Described(tree.End());
  ASSERT_EQ(machine.memory.all().size(), 2u);
  EXPECT_EQ(machine.memory.all()[0].base, 0x4000u);
  EXPECT_EQ(machine.memory.all()[1].size, 0x100u);
}

// 52-bit addresses: EL2's tables translate 48.
TEST(Addresses, BeyondTheTablesAreRefusedByName) {
  TreeBuilder tree;
  tree.Begin("").Cells("#address-cells", {2}).Cells("#size-cells", {1});
  tree.Begin("memory@8").Text("device_type", "memory");
  tree.Cells("reg", {0x1'0000, 0, 0x1000, 0xffff, 0xffff'f000, 0x1000}).End();
  Device(tree, "gic@1000", "arm,gic-v3", {0, 0x1000, 1, 0x8'0000, 0, 1}).End();
  Device(tree, "uart@2000", "arm,pl011", {0x1'0000, 0x2000, 1}).End();
  const Description machine = Described(tree.End());
  ASSERT_EQ(machine.memory.all().size(), 1u);
  EXPECT_EQ(machine.memory.all()[0].base, 0xffff'ffff'f000u);
  EXPECT_TRUE(std::holds_alternative<None>(machine.any_console));
  EXPECT_EQ(Unusable(tree),
            (Reasons{{"memory@8", "its reg has more than 48 bits of address"},
                     {"gic@1000", "its reg or redistributor-stride cannot be used"}}));
}

TEST(Memory, MoreRangesThanFitAreCounted) {
  TreeBuilder tree = Root();
  for (std::uint32_t range = 1; range < kMaxMemoryRanges + 3; ++range) {
    tree.Begin("memory@" + std::to_string(range)).Text("device_type", "memory");
    tree.Cells("reg", {range << 16, 0x1000}).End();
  }
  const Description machine = Described(tree.End());
  EXPECT_EQ(machine.memory.all().size(), kMaxMemoryRanges);
  EXPECT_EQ(machine.memory.left_out(), 2u);
}

TreeBuilder PsciTree(std::string_view compatible, std::string_view method) {
  TreeBuilder tree = Root();
  return tree.Begin("psci").Text("compatible", compatible).Text("method", method).End().End();
}

bool HasPsci(std::string_view compatible, std::string_view method) {
  return Described(PsciTree(compatible, method)).has_psci;
}

TEST(Psci, NeedsSmcAndVersion02) {
  EXPECT_TRUE(HasPsci("arm,psci-1.0\0arm,psci-0.2\0arm,psci"sv, "smc"));
  EXPECT_TRUE(HasPsci("arm,psci-0.2", "smc"));
  EXPECT_FALSE(HasPsci("arm,psci", "smc"));
  EXPECT_FALSE(HasPsci("arm,psci-1.0", "hvc"));
  EXPECT_FALSE(HasPsci("arm,psci-1.0", ""));
  EXPECT_EQ(Unusable(PsciTree("arm,psci-1.0", "hvc")),
            (Reasons{{"psci", "its method is not smc"}}));
  EXPECT_EQ(Unusable(PsciTree("arm,psci", "smc")),
            (Reasons{{"psci", "its compatible has no version from 0.2 on"}}));
}

/// A machine with a GICv3 of these registers, regions and stride.
TreeBuilder GicTree(std::initializer_list<std::uint32_t> reg, std::uint32_t regions = 1,
                    std::initializer_list<std::uint32_t> stride = {0}) {
  TreeBuilder tree = Root();
  Device(tree, "gic@1000", "arm,gic-v3", reg).Cells("#redistributor-regions", {regions});
  return tree.Cells("redistributor-stride", stride).End().End();
}

TEST(InterruptController, HasEveryRegionAndTheStride) {
  const auto gic = std::get<GicV3>(
      Described(GicTree({0x1000, 1, 0x2000, 2, 0x3000, 3, 0x4000, 4}, 2, {0, 0x4'0000}))
          .interrupt_controller);
  EXPECT_EQ(gic.distributor, 0x1000u);
  const auto regions = gic.redistributors.regions.all();
  ASSERT_EQ(regions.size(), 2u);  // GICC is behind them
  EXPECT_EQ(regions[0].base, 0x2000u);
  EXPECT_EQ(regions[1].base, 0x3000u);
  EXPECT_EQ(regions[1].size, 3u);
  EXPECT_EQ(gic.redistributors.stride, 0x4'0000u);
}

TEST(InterruptController, HasOneRegionWhereTheTreeSaysNothing) {
  TreeBuilder tree = Root();
  Device(tree, "gic@1000", "arm,gic-v3", {0x1000, 1, 0x2000, 1, 0x3000, 1}).End();
  const auto gic = std::get<GicV3>(Described(tree.End()).interrupt_controller);
  EXPECT_EQ(gic.redistributors.regions.all().size(), 1u);
  EXPECT_EQ(gic.redistributors.stride, 0u);
}

TEST(InterruptController, NeedsAllItsRegistersAndAStrideOfWholeFrames) {
  const TreeBuilder wrong[] = {GicTree({0x1000, 1}), GicTree({0x1000, 1, 0x2000, 1}, 2),
                               GicTree({0x1000, 1, 0x2000, 1}, 0),
                               GicTree({0x1000, 1, 0x2000, 1}, 1, {0x2'1000}),
                               GicTree({0x1000, 1, 0x2000, 1}, 1, {0x1'0000})};
  for (const TreeBuilder& tree : wrong) {
    EXPECT_TRUE(std::holds_alternative<None>(Described(tree).interrupt_controller));
    EXPECT_EQ(Unusable(tree),
              (Reasons{{"gic@1000", "its reg or redistributor-stride cannot be used"}}));
  }
}

TEST(InterruptController, CountsRegionsThatDoNotFit) {
  TreeBuilder tree = Root();
  Device(tree, "gic@1000", "arm,gic-v3",
         {0x01, 1, 0x02, 1, 0x03, 1, 0x04, 1, 0x05, 1, 0x06, 1, 0x07, 1, 0x08, 1, 0x09, 1, 0x0a, 1,
          0x0b, 1, 0x0c, 1, 0x0d, 1, 0x0e, 1, 0x0f, 1, 0x10, 1, 0x11, 1, 0x12, 1, 0x13, 1})
      .Cells("#redistributor-regions", {18})
      .End();
  const auto gic = std::get<GicV3>(Described(tree.End()).interrupt_controller);
  EXPECT_EQ(gic.redistributors.regions.all().size(), 16u);
  EXPECT_EQ(gic.redistributors.regions.left_out(), 2u);
}

TEST(BootArguments, AreThoseOfChosen) {
  const auto words = Root().Begin("chosen").Text("bootargs", "a b").End().End().Build();
  EXPECT_EQ(BootArguments(*fdt::Tree::Check(words)), "a b");
  const auto none = Root().End().Build();
  EXPECT_EQ(BootArguments(*fdt::Tree::Check(none)), "");
}

}  // namespace
}  // namespace trivet::platforms
