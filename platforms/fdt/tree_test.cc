// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/fdt/tree.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platforms/fdt/layout.h"
#include "platforms/fdt/tree_builder.h"
#include "platforms/fdt/walk.h"

namespace trivet::platforms::fdt {
namespace {

using Words = std::vector<std::uint32_t>;
using namespace std::string_view_literals;

/// The error of a tree in memory of just its size; nothing when it is good.
std::optional<Error> ErrorOf(const Words& words) {
  const auto tree = Tree::Check(words);
  return tree ? std::nullopt : std::optional(tree.error());
}

TreeBuilder OneNode() {
  TreeBuilder builder;
  builder.Begin("").Cells("a", {1, 2}).Text("b", "text").Begin("child@1").End().End();
  return builder;
}

Words With(HeaderWord field, std::uint32_t value) {
  Words words = OneNode().Build();
  words[field] = ToBigEndian(value);
  return words;
}

TEST(TreeCheck, AcceptsATree) { EXPECT_EQ(ErrorOf(OneNode().Build()), std::nullopt); }

TEST(TreeCheck, AcceptsMoreMemoryThanTheTree) {
  Words words = OneNode().Build();
  words.resize(words.size() + 100);
  EXPECT_EQ(ErrorOf(words), std::nullopt);
}

TEST(TreeCheck, RefusesWhatIsNoTree) {
  EXPECT_EQ(ErrorOf({}), Error::kSize);
  EXPECT_EQ(ErrorOf(Words(9)), Error::kSize);
  EXPECT_EQ(ErrorOf(Words(64)), Error::kNoTree);
  EXPECT_EQ(ErrorOf(With(kMagicWord, 0xfeed'd00d)), Error::kNoTree);
}

TEST(TreeCheck, RefusesOtherVersions) {
  EXPECT_EQ(ErrorOf(With(kVersionWord, 16)), Error::kVersion);
  EXPECT_EQ(ErrorOf(With(kLastCompatibleVersion, 18)), Error::kVersion);
  EXPECT_EQ(ErrorOf(With(kVersionWord, 18)), std::nullopt);  // and compatible with 16
}

TEST(TreeCheck, RefusesSizesOutOfBounds) {
  const auto size = static_cast<std::uint32_t>(OneNode().Build().size() * 4);
  for (const std::uint32_t wrong : {0u, 39u, size + 1, std::uint32_t{kMaxBytes}}) {
    EXPECT_EQ(ErrorOf(With(kTotalSize, wrong)), Error::kSize) << wrong;
  }
  Words words = With(kTotalSize, 0xffff'ffff);
  words[kStringsOffset] = ToBigEndian(std::uint32_t{kMaxBytes});
  EXPECT_EQ(ErrorOf(words), Error::kSize);
}

// QEMU doubles the size of a file that its -dtb names.
TEST(TreeCheck, DoesNotCountRoomBehindTheBlocks) {
  for (const std::uint32_t padded : {std::uint32_t{kMaxBytes} + 1, 0x8000'0000u, 0xffff'ffffu}) {
    EXPECT_EQ(ErrorOf(With(kTotalSize, padded)), std::nullopt) << padded;
  }
}

TEST(TreeCheck, RefusesBlocksOutsideTheTree) {
  for (const HeaderWord field : {kStructureOffset, kStructureSize, kStringsOffset, kStringsSize}) {
    for (const std::uint32_t wrong : {0x1000u, 0x7fff'fffcu, 0xffff'fffcu}) {
      EXPECT_EQ(ErrorOf(With(field, wrong)), Error::kBlocks) << field << " " << wrong;
    }
  }
  EXPECT_EQ(ErrorOf(With(kStructureOffset, 42)), Error::kBlocks);
  EXPECT_EQ(ErrorOf(With(kStructureSize, 6)), Error::kBlocks);
}

TEST(TreeCheck, ReadsAStructureThatOverlapsTheHeader) {
  EXPECT_EQ(ErrorOf(With(kStructureOffset, 0)), Error::kToken);
}

TEST(TreeCheck, RefusesEachCutOffStructure) {
  const Words whole = OneNode().Build();
  const std::uint32_t size = FromBigEndian(whole[kStructureSize]);
  for (std::uint32_t cut = 0; cut < size; cut += 4) {
    EXPECT_TRUE(ErrorOf(With(kStructureSize, cut)).has_value()) << cut;
  }
}

TEST(TreeCheck, RefusesTokensOutOfPlace) {
  const auto error = [](const TreeBuilder& builder) { return ErrorOf(builder.Build()); };
  EXPECT_EQ(error(TreeBuilder()), Error::kUnclosed);
  EXPECT_EQ(error(TreeBuilder().Begin("")), Error::kUnclosed);
  EXPECT_EQ(error(TreeBuilder().End()), Error::kToken);
  EXPECT_EQ(error(TreeBuilder().Begin("").End().End()), Error::kToken);
  EXPECT_EQ(error(TreeBuilder().Begin("").End().Begin("").End()), Error::kUnclosed);
  EXPECT_EQ(error(TreeBuilder().Cells("a", {})), Error::kToken);
  EXPECT_EQ(error(TreeBuilder().Begin("").End().Cells("a", {})), Error::kToken);
  EXPECT_EQ(error(TreeBuilder().Begin("").Begin("c").End().Cells("a", {}).End()), Error::kToken);
  for (const std::uint32_t token : {0u, 5u, 8u, 10u, 0x0100'0000u}) {
    EXPECT_EQ(error(TreeBuilder().Begin("").Word(token).End()), Error::kToken) << token;
  }
  EXPECT_EQ(ErrorOf(TreeBuilder().Begin("").End().Build(false)), Error::kUnclosed);
}

TEST(TreeCheck, AcceptsNopsAnywhere) {
  TreeBuilder builder;
  builder.Word(kNop).Begin("").Word(kNop).Cells("a", {1}).Word(kNop).Cells("b", {2});
  builder.Begin("c").Word(kNop).End().Word(kNop).End().Word(kNop);
  const Words words = builder.Build();
  ASSERT_EQ(ErrorOf(words), std::nullopt);
  const auto tree = Tree::Check(words);
  const auto root = FindPath(*tree, "/");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->node().Find("b")->Cell(0), 2u);
  EXPECT_TRUE(FindPath(*tree, "/c"));
}

TEST(TreeCheck, RefusesNamesWithoutAnEnd) {
  // Four letters and no zero up to the end of the block, behind which there is one.
  EXPECT_EQ(ErrorOf(TreeBuilder().Word(kBeginNode).Word(0x6162'6364).Build(false)), Error::kName);
  const auto property = [](std::uint32_t name) {
    TreeBuilder builder;
    builder.Begin("").Cells("abc", {1}).Word(kProperty).Word(0).Word(name).End();
    return builder.Build();
  };
  EXPECT_EQ(ErrorOf(property(3)), std::nullopt);
  EXPECT_EQ(ErrorOf(property(4)), Error::kName);
  EXPECT_EQ(ErrorOf(property(0xffff'ffff)), Error::kName);
  Words words = OneNode().Build();
  words[kStringsSize] = ToBigEndian(1);  // without the zero
  EXPECT_EQ(ErrorOf(words), Error::kName);
}

TEST(TreeCheck, RefusesValuesBeyondTheBlock) {
  for (const std::uint32_t size : {9u, 0x100u, 0x7fff'ffffu, 0xffff'fffdu, 0xffff'ffffu}) {
    TreeBuilder builder;
    builder.Begin("").Cells("a", {1}).Word(kProperty).Word(size).Word(0).End();
    EXPECT_EQ(ErrorOf(builder.Build()), Error::kValue) << size;
  }
}

TEST(TreeCheck, BoundsTheDepth) {
  const auto nested = [](unsigned depth) {
    TreeBuilder builder;
    for (unsigned i = 0; i < depth; ++i) builder.Begin(i == 0 ? "" : "n");
    for (unsigned i = 0; i < depth; ++i) builder.End();
    return builder.Build();
  };
  EXPECT_EQ(ErrorOf(nested(kMaxDepth)), std::nullopt);
  EXPECT_EQ(ErrorOf(nested(kMaxDepth + 1)), Error::kTooDeep);
}

/// The last node of what is left of a tree that is refused.
std::string LastOf(const Words& words) {
  EXPECT_TRUE(ErrorOf(words).has_value());
  const auto tree = Tree::Salvage(words);
  return tree ? std::string(LastNode(*tree)) : "none";
}

TEST(Salvage, KeepsWhatComesBeforeTheError) {
  TreeBuilder builder;
  builder.Begin("").Begin("good").Cells("a", {7}).End().Begin("bad").Cells("b", {1}).Word(5);
  const Words words = builder.End().Begin("never").End().End().Build();
  EXPECT_EQ(LastOf(words), "bad");
  const auto tree = Tree::Salvage(words);
  EXPECT_EQ(FindPath(*tree, "/good")->node().Find("a")->Cell(0), 7u);
  EXPECT_TRUE(FindPath(*tree, "/bad")->node().Find("b"));
  EXPECT_FALSE(FindPath(*tree, "/never"));
}

TEST(Salvage, EndsBeforeAValueThatIsTooLong) {
  TreeBuilder builder;
  builder.Begin("").Cells("a", {1}).Word(kProperty).Word(0x100).Word(0).End();
  const Words words = builder.Build();
  EXPECT_EQ(LastOf(words), "/");
  const auto tree = Tree::Salvage(words);
  const auto root = FindPath(*tree, "/");
  EXPECT_EQ(root->node().Find("a")->cells(), 1u);
  EXPECT_FALSE(root->node().Find("b"));
}

TEST(Salvage, HasNoNodeThatIsTooDeep) {
  TreeBuilder builder;
  builder.Begin("");
  for (unsigned i = 1; i < kMaxDepth + 2; ++i) builder.Begin(i < kMaxDepth ? "n" : "deep");
  for (unsigned i = 0; i < kMaxDepth + 2; ++i) builder.End();
  EXPECT_EQ(LastOf(builder.Build()), "n");
}

TEST(Salvage, StaysInsideItsMemory) {
  const Words whole = OneNode().Build();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Words cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_TRUE(LastOf(cut) == "/" || LastOf(cut) == "child@1" || LastOf(cut) == "none") << size;
  }
  for (const HeaderWord field : {kStructureOffset, kStructureSize, kStringsOffset, kStringsSize}) {
    for (const std::uint32_t wrong : {0x1000u, 0x7fff'fffcu, 0xffff'fffcu}) {
      (void)LastOf(With(field, wrong));
    }
  }
  EXPECT_EQ(LastOf(With(kTotalSize, 41)), "child@1");
  EXPECT_EQ(LastOf(With(kMagicWord, 1)), "none");
}

TEST(TreeCheck, HasWordsForEachError) {
  for (int i = 0; i <= static_cast<int>(Error::kUnclosed); ++i) {
    EXPECT_STRNE(ToString(static_cast<Error>(i)), "unknown error") << i;
  }
}

/// A property of the root with these bytes; `words` keeps it alive.
Property Of(Words& words, std::string_view bytes) {
  words = TreeBuilder().Begin("").Bytes("p", bytes).End().Build();
  return *FindPath(*Tree::Check(words), "/")->node().Find("p");
}

TEST(Property, ReadsNumbers) {
  Words words;
  const Property two = Of(words, "\0\0\0\1\x80\0\0\2"sv);
  EXPECT_EQ(two.Number(), 0x1'8000'0002u);
  EXPECT_EQ(two.Number(1, 1), 0x8000'0002u);
  EXPECT_EQ(two.Number(0, 0), 0u);
  EXPECT_EQ(two.Number(1, 2), std::nullopt);
  EXPECT_EQ(two.Number(2, 1), std::nullopt);
  EXPECT_EQ(two.Number(0xffff'ffff, 2), std::nullopt);
  EXPECT_EQ(Of(words, "\1\2\3"sv).Number(), std::nullopt);
  EXPECT_EQ(Of(words, "").Number(), std::nullopt);
  EXPECT_EQ(Of(words, "\0\0\0\0\0\0\0\1\0\0\0\2"sv).Number(0, 3), 0x1'0000'0002u);
  EXPECT_EQ(Of(words, "\0\0\0\1\0\0\0\1\0\0\0\2"sv).Number(0, 3), std::nullopt);
}

TEST(Property, ReadsTextsThatHaveAnEnd) {
  Words words;
  EXPECT_EQ(Of(words, "ab\0c\0"sv).String(), "ab");
  EXPECT_EQ(Of(words, "abcd"sv).String(), "");
  const Property list = Of(words, "ab\0c\0open"sv);
  EXPECT_TRUE(list.ListHas("ab"));
  EXPECT_TRUE(list.ListHas("c"));
  EXPECT_FALSE(list.ListHas("a"));
  EXPECT_FALSE(list.ListHas("open"));
  EXPECT_FALSE(list.ListHas(""));
}

}  // namespace
}  // namespace trivet::platforms::fdt
