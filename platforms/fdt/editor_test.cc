// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/fdt/editor.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "platforms/fdt/boot_modules.h"
#include "platforms/fdt/tree_builder.h"
#include "platforms/fdt/walk.h"

namespace trivet::platforms::fdt {
namespace {

using Words = std::vector<std::uint32_t>;

Words Machine() {
  TreeBuilder builder;
  builder.Begin("").Cells("#address-cells", {2}).Cells("#size-cells", {2}).Text("model", "here");
  builder.Begin("chosen").Text("bootargs", "quiet").End();
  builder.Begin("memory@40000000").Text("device_type", "memory");
  builder.Cells("reg", {0, 0x4000'0000, 0, 0x1000'0000, 8, 0, 1, 0}).End();
  builder.Begin("soc").Begin("uart@10").Text("status", "okay").Begin("inner").End().End();
  return builder.Begin("uart@20").End().End().End().Build();
}

/// Every node and property in order, with values as text or numbers.
std::string Show(const Editor& editor) {
  std::string shown;
  Walk walk(editor.tree());
  while (const Place* place = walk.Next()) {
    shown += std::string(place->depth(), ' ') + std::string(place->node().name()) + "\n";
  }
  return shown;
}

class EditorTest : public ::testing::Test {
 protected:
  EditorTest() : memory_(512) {
    auto copy = Editor::Copy(original_, memory_);
    EXPECT_TRUE(copy.has_value());
    editor_.emplace(*copy);
  }
  ~EditorTest() override {
    const auto checked = Tree::Check(memory_);
    EXPECT_TRUE(checked.has_value()) << ToString(checked.error());
  }
  std::optional<Property> Find(std::string_view path, std::string_view property) {
    const auto place = FindPath(editor_->tree(), path);
    if (!place) return std::nullopt;
    return place->node().Find(property);
  }

  const Words original_ = Machine();
  Words memory_;
  std::optional<Editor> editor_;
};

TEST_F(EditorTest, SetsAddsAndReplaces) {
  EXPECT_TRUE(editor_->SetText("/chosen", "bootargs", "console=ttyAMA0 panic=-1"));
  EXPECT_TRUE(editor_->SetText("/chosen", "stdout-path", "/soc/uart@10"));
  EXPECT_TRUE(editor_->SetCells("/reserved-memory/own@1000", "reg", {0, 0x1000, 0, 0x2000}));
  EXPECT_TRUE(editor_->Set("/soc/uart@20", "dma-coherent", ""));
  EXPECT_EQ(Find("/chosen", "bootargs")->String(), "console=ttyAMA0 panic=-1");
  EXPECT_EQ(Find("/chosen", "stdout-path")->String(), "/soc/uart@10");
  EXPECT_EQ(Find("/reserved-memory/own", "reg")->Number(2, 2), 0x2000u);
  EXPECT_EQ(Find("/soc/uart@20", "dma-coherent")->bytes().size(), 0u);
  EXPECT_EQ(Find("/", "model")->String(), "here") << "the rest stays";
  EXPECT_EQ(Show(*editor_),
            "\n reserved-memory\n  own@1000\n chosen\n memory@40000000\n soc\n"
            "  uart@10\n   inner\n  uart@20\n");
}

TEST_F(EditorTest, FindsWhatTheLoaderPutIntoMemory) {
  EXPECT_FALSE(FindBootModules(editor_->tree()).has_value());
  EXPECT_TRUE(editor_->SetText("/chosen/module@1", "compatible", "multiboot,ramdisk"));
  EXPECT_TRUE(editor_->SetCells("/chosen/module@1", "reg", {0, 1, 2, 3}));
  EXPECT_FALSE(FindBootModules(editor_->tree()).has_value()) << "no kernel";
  EXPECT_TRUE(editor_->Set("/chosen/module@5", "compatible",
                           std::string_view("multiboot,module\0multiboot,kernel\0", 34)));
  EXPECT_TRUE(editor_->SetCells("/chosen/module@5", "reg", {4, 5, 0, 7}));
  EXPECT_TRUE(editor_->SetText("/chosen/module@5", "bootargs", "quiet"));
  const auto found = FindBootModules(editor_->tree());
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->kernel, (Region{0x4'0000'0005, 7}));
  EXPECT_EQ(found->ramdisk, (Region{1, 0x2'0000'0003}));
  EXPECT_EQ(found->arguments, "quiet");
  EXPECT_TRUE(editor_->SetNumber("/chosen", "n", 0x1'2345'6789));
  EXPECT_EQ(Find("/chosen", "n")->Number(), 0x1'2345'6789u);
}

TEST_F(EditorTest, AKernelBootsFromChosen) {
  EXPECT_TRUE(editor_->SetText("/chosen/module@1", "compatible", "multiboot,module"));
  BootModules modules = {.kernel = {1, 2}, .ramdisk = {}, .arguments = "console=ttyAMA0"};
  EXPECT_TRUE(SetChosen(*editor_, modules, "image"));
  EXPECT_EQ(Find("/chosen", "bootargs")->bytes(), std::string_view("console=ttyAMA0\0", 16));
  EXPECT_FALSE(Find("/chosen", "linux,initrd-start").has_value()) << "no RAM disk";
  EXPECT_FALSE(FindPath(editor_->tree(), "/chosen/module").has_value());
  modules.ramdisk = {0x1'2345'6000, 0x1001};
  EXPECT_TRUE(SetChosen(*editor_, modules, "image.img quiet nosmp"));
  EXPECT_EQ(Find("/chosen", "bootargs")->String(), "console=ttyAMA0 quiet nosmp");
  EXPECT_EQ(Find("/chosen", "linux,initrd-start")->Number(), 0x1'2345'6000u);
  EXPECT_EQ(Find("/chosen", "linux,initrd-end")->Number(), 0x1'2345'7001u);
  EXPECT_FALSE(SetChosen(*editor_, modules, "image " + std::string(2000, 'a'))) << "no room";
}

TEST(BootModules, ArgumentsHaveALimit) {
  Words memory(4096);
  Editor editor = *Editor::Copy(Machine(), memory);
  const BootModules modules = {.kernel = {1, 2}, .ramdisk = {}, .arguments = "a"};
  EXPECT_FALSE(SetChosen(editor, modules, "i " + std::string(kMaxArguments - 1, 'b')));
  EXPECT_TRUE(SetChosen(editor, modules, "i " + std::string(kMaxArguments - 2, 'b')));
  const auto arguments = FindPath(editor.tree(), "/chosen")->node().Find("bootargs");
  EXPECT_EQ(arguments->String().size(), kMaxArguments);
}

TEST(BootModules, AKernelHasItsMagicNumber) {
  char image[64] = {};
  const auto address = reinterpret_cast<std::uint64_t>(image);
  EXPECT_FALSE(IsKernelImage(address));
  std::string_view("ARM\x64").copy(image + 56, 4);
  EXPECT_TRUE(IsKernelImage(address));
}

TEST_F(EditorTest, AKernelMayBeWhereAnArgumentSays) {
  alignas(8) char image[64] = {};
  char word[64];
  std::snprintf(word, sizeof(word), "image a trivet.kernel=%p b", static_cast<void*>(image));
  EXPECT_FALSE(FindBootModules(editor_->tree(), word).has_value()) << "not a kernel";
  std::string_view("ARM\x64").copy(image + 56, 4);
  const auto found = FindBootModules(editor_->tree(), word);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->kernel, (Region{reinterpret_cast<std::uint64_t>(image), 64}));
  EXPECT_EQ(found->ramdisk.size, 0u);
}

TEST_F(EditorTest, StartsCpusByPsci) {
  EXPECT_TRUE(editor_->SetText("/cpus", "enable-method", "of no CPU"));
  EXPECT_TRUE(editor_->SetText("/cpus/cpu@0", "enable-method", "spin-table"));
  EXPECT_TRUE(editor_->SetText("/cpus/cpu@1", "enable-method", "psci"));
  EXPECT_TRUE(editor_->SetText("/cpus/cpu@2", "enable-method", "spin-table"));
  EXPECT_TRUE(editor_->SetText("/cpus/map", "cpu", "no CPU"));
  EXPECT_TRUE(editor_->UsePsci());
  for (const char* cpu : {"/cpus/cpu@0", "/cpus/cpu@1", "/cpus/cpu@2"}) {
    EXPECT_EQ(Find(cpu, "enable-method")->String(), "psci") << cpu;
  }
  EXPECT_FALSE(Find("/cpus/map", "enable-method").has_value());
  EXPECT_EQ(Find("/cpus", "enable-method")->String(), "of no CPU");
  EXPECT_TRUE(Find("/psci", "compatible")->ListHas("arm,psci-0.2"));
  EXPECT_EQ(Find("/psci", "method")->String(), "smc");
  EXPECT_TRUE(editor_->SetText("/psci", "method", "hvc"));
  EXPECT_TRUE(editor_->UsePsci());
  EXPECT_EQ(Find("/psci", "method")->String(), "hvc") << "the machine's own";
}

TEST_F(EditorTest, HidesNodesAndProperties) {
  EXPECT_TRUE(editor_->Hide("/soc/uart@10"));
  EXPECT_TRUE(editor_->Hide("/chosen", "bootargs"));
  EXPECT_FALSE(Find("/chosen", "bootargs").has_value());
  EXPECT_EQ(Show(*editor_), "\n chosen\n memory@40000000\n soc\n  uart@20\n");
  EXPECT_FALSE(editor_->Hide("/soc/uart@10"));
  EXPECT_FALSE(editor_->Hide("/chosen", "bootargs"));
  EXPECT_FALSE(editor_->Hide("/"));
}

TEST_F(EditorTest, HidesWhateverIsCompatibleOrHasAName) {
  EXPECT_TRUE(editor_->SetText("/soc/uart@10/inner", "compatible", "a,its"));
  EXPECT_TRUE(editor_->Set("/soc/uart@20", "compatible", std::string_view("b,its\0a,its\0", 12)));
  EXPECT_TRUE(editor_->SetText("/chosen", "compatible", "a,its-b"));
  EXPECT_EQ(editor_->HideEverywhere("reg"), 1u);
  EXPECT_FALSE(Find("/memory", "reg").has_value());
  EXPECT_EQ(editor_->HideEverywhere("reg"), 0u);
  EXPECT_EQ(editor_->HideCompatible("a,its"), 2u);
  EXPECT_EQ(Show(*editor_), "\n chosen\n memory@40000000\n soc\n  uart@10\n");
  EXPECT_EQ(editor_->HideCompatible("a,its"), 0u);
}

TEST_F(EditorTest, NothingNamesAnItsThatIsHidden) {
  EXPECT_TRUE(editor_->SetText("/soc/uart@10/inner", "compatible", "arm,gic-v3-its"));
  EXPECT_TRUE(editor_->SetCells("/soc/uart@20", "msi-map", {0, 1, 0, 0x1'0000}));
  EXPECT_TRUE(editor_->SetCells("/soc", "msi-parent", {1}));
  editor_->HideMessageInterrupts();
  EXPECT_EQ(Show(*editor_), "\n chosen\n memory@40000000\n soc\n  uart@10\n  uart@20\n");
  EXPECT_FALSE(Find("/soc/uart@20", "msi-map").has_value());
  EXPECT_FALSE(Find("/soc", "msi-parent").has_value());
}

TEST_F(EditorTest, MemoryLosesARange) {
  const auto regions = [&] {
    std::vector<Region> found;
    const auto place = FindPath(editor_->tree(), "/memory");
    for (unsigned i = 0; const auto region = place->Register(i); ++i) found.push_back(*region);
    return found;
  };
  using Regions = std::vector<Region>;
  EXPECT_TRUE(editor_->HideMemory({0x4100'0000, 0x10'0000}));
  const Region above{0x4110'0000, 0xef0'0000}, high{0x8'0000'0000, 0x1'0000'0000};
  EXPECT_EQ(regions(), (Regions{{0x4000'0000, 0x100'0000}, above, high}));
  EXPECT_TRUE(editor_->HideMemory({0x3000'0000, 0x1100'0000}));
  EXPECT_EQ(regions(), (Regions{above, high}));
  EXPECT_TRUE(editor_->HideMemory({0x1'0000'0000, 0x1000})) << "no memory";
  EXPECT_EQ(regions(), (Regions{above, high}));
  EXPECT_TRUE(editor_->HideMemory({0x4000'0000, 0x2000'0000}));
  EXPECT_EQ(regions(), (Regions{high}));
}

TEST_F(EditorTest, WithoutRoomNothingChanges) {
  Words small(original_.size());
  Editor editor = *Editor::Copy(original_, small);
  const Words before = small;
  EXPECT_FALSE(editor.SetText("/chosen", "bootargs", "other"));
  EXPECT_FALSE(editor.HideMemory({0x4000'0000, 0x1000}));
  EXPECT_FALSE(editor.SetCells("chosen", "a", {1})) << "no absolute path";
  EXPECT_EQ(small, before);
  Words smaller(original_.size() - 1);
  EXPECT_EQ(Editor::Copy(original_, smaller).error(), Error::kSize);
}

// QEMU's trees are 1 MiB, and a firmware has less room than that for its tree.
TEST(Editor, CopiesNoFurtherThanTheLastBlock) {
  Words large = Machine();
  const std::size_t used = large.size();
  large.resize(used + 5000);
  large[1] = ToBigEndian(static_cast<std::uint32_t>(large.size() * 4));
  Words memory(used + 40);
  const auto copy = Editor::Copy(large, memory);
  ASSERT_TRUE(copy.has_value());
  EXPECT_EQ(copy->size(), used * 4);
  EXPECT_TRUE(Tree::Check(memory).has_value());
  // The reservation block behind the others: one entry, and the zero one.
  large[4] = ToBigEndian(static_cast<std::uint32_t>((used + used % 2) * 4));
  large[used + used % 2 + 3] = ToBigEndian(0x1000);
  EXPECT_EQ(Editor::Copy(large, memory)->size(), (used + used % 2 + 8) * 4);
  // One without an end is all of the tree's memory.
  for (std::size_t i = used; i < large.size(); ++i) large[i] = 1;
  EXPECT_EQ(Editor::Copy(large, memory).error(), Error::kSize);
  EXPECT_EQ(memory[used + used % 2 + 3], ToBigEndian(0x1000)) << "nothing changed";
}

// A tree whose strings come before its structure, as some tools write them.
TEST(Editor, BlocksMayStandInAnyOrder) {
  Words words = Machine();
  const auto number = [&](std::uint32_t i) { return ToBigEndian(words[i]); };
  const std::uint32_t structure = number(2) / 4, structure_words = number(9) / 4;
  const std::uint32_t strings = number(3) / 4;
  const std::uint32_t strings_words = static_cast<std::uint32_t>(words.size()) - strings;
  ASSERT_EQ(structure + structure_words, strings);
  Words swapped(words.begin(), words.begin() + structure);
  swapped.insert(swapped.end(), words.begin() + strings, words.end());
  swapped.insert(swapped.end(), words.begin() + structure, words.begin() + strings);
  swapped[3] = ToBigEndian(structure * 4);
  swapped[2] = ToBigEndian((structure + strings_words) * 4);
  Words memory(512);
  Editor editor = *Editor::Copy(swapped, memory);
  EXPECT_TRUE(editor.SetText("/chosen", "linux,initrd-start", "x"));
  EXPECT_TRUE(Tree::Check(memory).has_value());
  EXPECT_EQ(FindPath(editor.tree(), "/chosen")->node().Find("linux,initrd-start")->String(), "x");
  EXPECT_EQ(FindPath(editor.tree(), "/chosen")->node().Find("bootargs")->String(), "quiet");
}

TEST(Editor, RandomEditsLeaveAValidTreeThatHoldsThem) {
  std::mt19937 random(7);
  const Words original = Machine();
  Words memory(16384);
  Editor editor = *Editor::Copy(original, memory);
  const std::vector<std::string> paths = {"/",    "/chosen",  "/soc/uart@10",
                                          "/new", "/new/a/b", "/soc/uart@20/deep"};
  for (unsigned i = 0; i < 400; ++i) {
    const std::string& path = paths[random() % paths.size()];
    const std::string name = "p" + std::to_string(random() % 8);
    const std::string value(random() % 20, static_cast<char>('a' + random() % 26));
    if (random() % 4 == 0) {
      (void)editor.Hide(path, name);
      const auto place = FindPath(editor.tree(), path);
      if (place) ASSERT_FALSE(place->node().Find(name).has_value());
    } else {
      ASSERT_TRUE(editor.Set(path, name, value));
      ASSERT_EQ(FindPath(editor.tree(), path)->node().Find(name)->bytes(), value);
    }
    ASSERT_TRUE(Tree::Check(memory).has_value()) << i;
  }
  EXPECT_EQ(FindPath(editor.tree(), "/chosen")->node().Find("bootargs")->String(), "quiet");
}

}  // namespace
}  // namespace trivet::platforms::fdt
