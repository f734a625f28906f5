// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/fdt/editor.h"

#include <algorithm>

#include "platforms/fdt/layout.h"

namespace trivet::platforms::fdt {
namespace {

constexpr std::uint32_t WordsOf(std::size_t bytes) {
  return static_cast<std::uint32_t>((bytes + 3) / 4);
}
/// The memory reservation block is aligned to 8 bytes, and may be behind what is inserted.
/// [devicetree] 5.6.
constexpr std::uint32_t Even(std::uint32_t words) { return (words + 1) & ~std::uint32_t{1}; }

/// The first component of an absolute path; `path` loses it.
std::string_view TakeComponent(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view first = path.substr(0, path.find('/'));
  path.remove_prefix(first.size());
  return first;
}

/// The word behind the memory reservation block: pairs of address and size, the last one zero; 0
/// where there is no such block. [devicetree] 5.3.
std::size_t EndOfReservations(std::span<const std::uint32_t> tree) {
  std::size_t at = FromBigEndian(tree[kReservedOffset]) / 4;
  if (at < kHeaderWords) return 0;
  const auto is_zero = [](std::uint32_t cell) { return cell == 0; };
  while (at + 4 <= tree.size() && !std::ranges::all_of(tree.subspan(at, 4), is_zero)) at += 4;
  return std::min(at + 4, tree.size());
}

/// Words of `tree` up to the end of its last block. What its size has beyond is room for additions:
/// QEMU's trees are 1 MiB.
std::size_t UsedWords(std::span<const std::uint32_t> tree) {
  const auto end = [&](HeaderWord offset, HeaderWord size) {
    return WordsOf(std::size_t{FromBigEndian(tree[offset])} + FromBigEndian(tree[size]));
  };
  const std::size_t blocks =
      std::max(end(kStructureOffset, kStructureSize), end(kStringsOffset, kStringsSize));
  return std::max(blocks, EndOfReservations(tree));
}

}  // namespace

std::expected<Editor, Error> Editor::Copy(std::span<const std::uint32_t> tree,
                                          std::span<std::uint32_t> memory) {
  const auto size = Tree::SizeAt(tree.data());
  if (!size) return std::unexpected(size.error());
  if (WordsOf(*size) > tree.size()) return std::unexpected(Error::kSize);
  const std::size_t words = UsedWords(tree.first(WordsOf(*size)));
  if (words > memory.size() || memory.size() * 4 > kMaxBytes) return std::unexpected(Error::kSize);
  for (std::size_t i = 0; i < words; ++i) memory[i] = tree[i];
  memory[kTotalSize] = FromBigEndian(static_cast<std::uint32_t>(words * 4));
  return Editor(memory);
}

std::size_t Editor::size() const { return Get(kTotalSize); }

std::uint32_t Editor::Get(std::uint32_t at) const { return FromBigEndian(memory_[at]); }
void Editor::Put(std::uint32_t at, std::uint32_t number) { memory_[at] = FromBigEndian(number); }

/// Bytes in the `words` from `at`, with zeros behind them.
void Editor::PutBytes(std::uint32_t at, std::string_view bytes, std::uint32_t words) {
  for (std::uint32_t i = 0; i < words; ++i) memory_[at + i] = 0;
  auto* const to = reinterpret_cast<char*>(&memory_[at]);
  for (std::size_t i = 0; i < bytes.size(); ++i) to[i] = bytes[i];
}

void Editor::PutNops(std::uint32_t begin, std::uint32_t end) {
  for (std::uint32_t at = begin; at < end; ++at) Put(at, kNop);
}

bool Editor::HasRoomFor(std::size_t words) const { return words <= memory_.size() - size() / 4; }

/// Makes room at word `at`, inside the block whose size the header has at `block_size`, or at its
/// end. The caller has checked that there is room.
void Editor::Insert(std::uint32_t at, std::uint32_t words, std::uint32_t block_size) {
  const std::uint32_t end = Get(kTotalSize) / 4;
  for (std::uint32_t i = end; i-- > at;) memory_[i + words] = memory_[i];
  for (const std::uint32_t block : {kStructureOffset, kStringsOffset, kReservedOffset}) {
    const bool grows = block == kStructureOffset
                           ? block_size == kStructureSize
                           : block == kStringsOffset && block_size == kStringsSize;
    if (!grows && Get(block) >= at * 4) Put(block, Get(block) + words * 4);
  }
  Put(block_size, Get(block_size) + words * 4);
  Put(kTotalSize, (end + words) * 4);
  tree_ = Tree(memory_);
}

/// The offset of `name` in the strings block, where it is added if it is missing.
std::uint32_t Editor::OffsetOfName(std::string_view name) {
  const std::string_view strings = tree_.strings_;
  for (std::size_t i = 0; i + name.size() < strings.size(); ++i) {
    if (strings.substr(i, name.size()) == name && strings[i + name.size()] == '\0') {
      return static_cast<std::uint32_t>(i);
    }
  }
  // The block ends at any byte; what is added begins at the next word behind it.
  const std::uint32_t begin = Get(kStringsOffset);
  const std::uint32_t at = WordsOf(begin + strings.size());
  Put(kStringsSize, at * 4 - begin);
  const std::uint32_t words = Even(WordsOf(name.size() + 1));
  Insert(at, words, kStringsSize);
  PutBytes(at, name, words);
  return at * 4 - begin;
}

/// Where a node's properties end and its first child may begin.
std::uint32_t Editor::AfterProperties(std::uint32_t node) const {
  std::uint32_t at = tree_.AfterName(node);
  while (tree_.Word(at) == kProperty || tree_.Word(at) == kNop) {
    at = tree_.Word(at) == kNop ? at + 1 : tree_.AfterProperty(at);
  }
  return at;
}

std::uint32_t Editor::AddNode(std::uint32_t parent, std::string_view name) {
  const std::uint32_t at = AfterProperties(parent);
  const std::uint32_t name_words = WordsOf(name.size() + 1), words = Even(2 + name_words);
  Insert(at, words, kStructureSize);
  PutNops(at, at + words);
  Put(at, kBeginNode);
  PutBytes(at + 1, name, name_words);
  Put(at + 1 + name_words, kEndNode);
  return at;
}

void Editor::HideIn(std::uint32_t node, std::string_view property) {
  for (std::uint32_t at = tree_.AfterName(node);;) {
    const std::uint32_t token = tree_.Word(at);
    if (token != kProperty && token != kNop) return;
    const std::uint32_t next = token == kNop ? at + 1 : tree_.AfterProperty(at);
    if (token == kProperty && tree_.PropertyAt(at).name() == property) PutNops(at, next);
    at = next;
  }
}

void Editor::HideNode(std::uint32_t node) {
  std::uint32_t at = node;
  unsigned depth = 0;
  do {
    const std::uint32_t token = tree_.Word(at);
    depth += token == kBeginNode ? 1 : 0;
    depth -= token == kEndNode ? 1 : 0;
    at = token == kBeginNode  ? tree_.AfterName(at)
         : token == kProperty ? tree_.AfterProperty(at)
                              : at + 1;
  } while (depth != 0);
  PutNops(node, at);
}

void Editor::SetIn(std::uint32_t node, std::string_view property, std::string_view bytes) {
  HideIn(node, property);
  const std::uint32_t name = OffsetOfName(property);
  const std::uint32_t at = tree_.AfterName(node);
  const std::uint32_t words = Even(kPropertyWords + WordsOf(bytes.size()));
  Insert(at, words, kStructureSize);
  PutNops(at, at + words);
  Put(at, kProperty);
  Put(at + 1, static_cast<std::uint32_t>(bytes.size()));
  Put(at + 2, name);
  PutBytes(at + kPropertyWords, bytes, WordsOf(bytes.size()));
}

bool Editor::Set(std::string_view path, std::string_view property, std::string_view bytes) {
  if (!path.starts_with('/')) return false;
  // What is missing of the path has fewer nodes than characters, and each takes up to 4 words more
  // than its name.
  const std::size_t most = 24 + WordsOf(property.size()) + WordsOf(bytes.size()) + 5 * path.size();
  if (!HasRoomFor(most)) return false;
  (void)OffsetOfName(property);  // Before a node is found: the strings may stand before the nodes.
  const auto root = FindPath(tree_, "/");
  std::uint32_t node = root->node().begin_;
  std::string_view rest = path == "/" ? std::string_view() : path;
  while (!rest.empty()) {
    const std::string_view name = TakeComponent(rest);
    const auto place = FindPath(tree_, path.substr(0, path.size() - rest.size()));
    node = place ? place->node().begin_ : AddNode(node, name);
  }
  SetIn(node, property, bytes);
  return true;
}

bool Editor::SetText(std::string_view path, std::string_view property, const char* text) {
  return Set(path, property, {text, std::string_view(text).size() + 1});
}

bool Editor::SetCells(std::string_view path, std::string_view property,
                      std::initializer_list<std::uint32_t> cells) {
  constexpr std::size_t kMost = 16;
  std::uint32_t words[kMost];
  if (cells.size() > kMost) return false;
  std::ranges::transform(cells, words, FromBigEndian);
  return Set(path, property, {reinterpret_cast<const char*>(words), cells.size() * 4});
}

bool Editor::SetNumber(std::string_view path, std::string_view property, std::uint64_t number) {
  return SetCells(path, property,
                  {static_cast<std::uint32_t>(number >> 32), static_cast<std::uint32_t>(number)});
}

/// The name of "enable-method" is in the strings already: what is set of a node does not move it.
bool Editor::UsePsci() {
  const auto starts_otherwise = [](const Place& place) {
    if (place.depth() != 2 || place.At(1).name() != "cpus") return false;
    const auto method = place.node().Find("enable-method");
    return method && method->String() != "psci";
  };
  for (;;) {
    Walk walk(tree_);
    const Place* place = walk.Next();
    while (place != nullptr && !starts_otherwise(*place)) place = walk.Next();
    if (place == nullptr) break;
    if (!HasRoomFor(8)) return false;
    SetIn(place->node().begin_, "enable-method", {"psci", 5});
  }
  if (FindPath(tree_, "/psci")) return true;
  return Set("/psci", "compatible", {"arm,psci-1.0\0arm,psci-0.2", 26}) &&
         SetText("/psci", "method", "smc");
}

bool Editor::Hide(std::string_view path) {
  const auto place = FindPath(tree_, path);
  if (!place || place->depth() == 0) return false;
  HideNode(place->node().begin_);
  return true;
}

bool Editor::Hide(std::string_view path, std::string_view property) {
  const auto place = FindPath(tree_, path);
  if (!place || !place->node().Find(property)) return false;
  HideIn(place->node().begin_, property);
  return true;
}

}  // namespace trivet::platforms::fdt
