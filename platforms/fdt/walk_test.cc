// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/fdt/walk.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platforms/fdt/tree_builder.h"

namespace trivet::platforms::fdt {
namespace {

using Words = std::vector<std::uint32_t>;

Tree Checked(const Words& words) {
  const auto tree = Tree::Check(words);
  EXPECT_TRUE(tree.has_value());
  return *tree;
}

std::string NameAt(const Tree& tree, std::string_view path) {
  const auto place = FindPath(tree, path);
  return place ? std::string(place->node().name()) : "none";
}

Words TwoBuses() {
  TreeBuilder builder;
  builder.Begin("");
  builder.Begin("aliases").Text("serial0", "/soc/uart@10").Text("bad", "soc").End();
  builder.Begin("soc").Begin("uart@10").End().Begin("uart@20").Begin("inner").End().End().End();
  builder.Begin("socket").Begin("inner").End().End();
  return builder.End().Build();
}

TEST(Walk, VisitsEveryNodeInOrderWithItsDepth) {
  const Words words = TwoBuses();
  const Tree tree = Checked(words);
  std::string visited;
  Walk walk(tree);
  while (const Place* place = walk.Next()) {
    visited += std::to_string(place->depth()) + ":" + std::string(place->node().name()) + " ";
  }
  EXPECT_EQ(visited, "0: 1:aliases 1:soc 2:uart@10 2:uart@20 3:inner 1:socket 2:inner ");
}

TEST(FindPath, TakesUnitAddressesOrNone) {
  const Words words = TwoBuses();
  const Tree tree = Checked(words);
  EXPECT_EQ(NameAt(tree, "/"), "");
  EXPECT_EQ(NameAt(tree, "/soc/uart@20"), "uart@20");
  EXPECT_EQ(NameAt(tree, "/soc/uart"), "uart@10");
  EXPECT_EQ(NameAt(tree, "/soc/uart@20/inner"), "inner");
}

TEST(FindPath, FindsNothingElsewhere) {
  const Words words = TwoBuses();
  const Tree tree = Checked(words);
  for (const char* path : {"", "soc", "/soc/inner", "/soc/uart@30", "/so", "/soc/uart@10/inner",
                           "//soc", "/inner", "/soc/uart@1"}) {
    EXPECT_EQ(NameAt(tree, path), "none") << path;
  }
}

TEST(FindNamed, FollowsAliasesAndDropsOptions) {
  const Words words = TwoBuses();
  const Tree tree = Checked(words);
  const auto name = [&](std::string_view text) {
    const auto place = FindNamed(tree, text);
    return place ? std::string(place->node().name()) : "none";
  };
  EXPECT_EQ(name("serial0:115200n8"), "uart@10");
  EXPECT_EQ(name("/soc/uart@20:115200"), "uart@20");
  EXPECT_EQ(name("serial1"), "none");
  EXPECT_EQ(name("bad"), "none");
  EXPECT_EQ(name(""), "none");
}

TEST(Place, IsEnabledWithEverythingAroundIt) {
  TreeBuilder builder;
  builder.Begin("").Begin("a").Text("status", "okay").Begin("x").End().End();
  builder.Begin("b").Text("status", "disabled").Begin("x").End().End();
  builder.Begin("c").Begin("x").Text("status", "reserved").End().End();
  const Words words = builder.End().Build();
  const Tree tree = Checked(words);
  EXPECT_TRUE(FindPath(tree, "/a/x")->IsEnabled());
  EXPECT_FALSE(FindPath(tree, "/b/x")->IsEnabled());
  EXPECT_FALSE(FindPath(tree, "/c/x")->IsEnabled());
  EXPECT_TRUE(FindPath(tree, "/c")->IsEnabled());
}

/// A device at 0x7e20'1000 on a bus of one address cell, with these "ranges" to a root of two.
std::optional<Region> Translated(std::initializer_list<std::uint32_t> ranges,
                                 std::initializer_list<std::uint32_t> reg = {0x7e20'1000, 0x200},
                                 unsigned i = 0) {
  TreeBuilder builder;
  builder.Begin("").Cells("#address-cells", {2}).Cells("#size-cells", {1});
  builder.Begin("soc").Cells("#address-cells", {1}).Cells("#size-cells", {1});
  builder.Cells("ranges", ranges).Begin("d").Cells("reg", reg).End().End();
  const Words words = builder.End().Build();
  return FindPath(Checked(words), "/soc/d")->Register(i);
}

TEST(Register, GoesThroughTheRanges) {
  const Region expected{.base = 0x4'fe20'1000, .size = 0x200};
  EXPECT_EQ(Translated({0x7e00'0000, 4, 0xfe00'0000, 0x0180'0000}), expected);
  EXPECT_EQ(Translated({0, 0, 0, 0x1000, 0x7e00'0000, 4, 0xfe00'0000, 0x0180'0000}), expected);
  EXPECT_EQ(Translated({}), (Region{.base = 0x7e20'1000, .size = 0x200}));
}

TEST(Register, IsNothingWhereNoRangeHoldsAllOfIt) {
  EXPECT_EQ(Translated({0x7e00'0000, 4, 0xfe00'0000, 0x20'1100}), std::nullopt);
  EXPECT_EQ(Translated({0x7e20'1001, 4, 0xfe00'0000, 0x0180'0000}), std::nullopt);
  EXPECT_EQ(Translated({0x7e00'0000, 4, 0xfe00'0000}), std::nullopt);  // cut off
}

TEST(Register, CountsEntriesInTheCellsOfTheBus) {
  const std::initializer_list<std::uint32_t> two = {0x10, 0x1, 0x20, 0x2};
  EXPECT_EQ(Translated({}, two, 1), (Region{.base = 0x20, .size = 2}));
  EXPECT_EQ(Translated({}, two, 2), std::nullopt);
  EXPECT_EQ(Translated({}, {0x10}), std::nullopt);
  EXPECT_EQ(Translated({}, two, 0xffff'ffff), std::nullopt);
}

TEST(Register, IsNothingOnABusThatIsNotMapped) {
  TreeBuilder builder;
  builder.Begin("").Begin("i2c").Cells("#address-cells", {1}).Cells("#size-cells", {0});
  builder.Begin("d").Cells("reg", {0x50}).End().End();
  const Words words = builder.End().Build();
  EXPECT_EQ(FindPath(Checked(words), "/i2c/d")->Register(0), std::nullopt);
}

TEST(Register, RefusesCellCountsThatMeanNothing) {
  for (const std::uint32_t cells : {0u, 5u, 0x4000'0000u, 0xffff'ffffu}) {
    TreeBuilder builder;
    builder.Begin("").Cells("#address-cells", {cells}).Cells("#size-cells", {cells});
    builder.Begin("d").Cells("reg", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}).End();
    const Words words = builder.End().Build();
    EXPECT_EQ(FindPath(Checked(words), "/d")->Register(0), std::nullopt) << cells;
  }
}

TEST(Register, HasTheDefaultCellsWithoutOthers) {
  const Words words =
      TreeBuilder().Begin("").Begin("d").Cells("reg", {1, 2, 3}).End().End().Build();
  EXPECT_EQ(FindPath(Checked(words), "/d")->Register(0),
            (Region{.base = 0x1'0000'0002, .size = 3}));
}

TEST(Register, TheRootHasNone) {
  const Words words = TreeBuilder().Begin("").Cells("reg", {1, 2, 3}).End().Build();
  EXPECT_EQ(FindPath(Checked(words), "/")->Register(0), std::nullopt);
}

}  // namespace
}  // namespace trivet::platforms::fdt
