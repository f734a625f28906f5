// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

/// Reader of flattened device trees, [devicetree] Devicetree Specification 0.4, chapter 5. It
/// checks a whole tree once and then returns views of it: no copy, no allocation, no recursion.
/// All reads are aligned, 32-bit or single bytes, so the tree may lie in Device memory. Runs
/// anywhere, in any state of the CPU.
namespace trivet::platforms::fdt {

/// Why Check() refuses a tree.
enum class [[nodiscard]] Error : std::uint8_t {
  kNoTree,    ///< The magic number is missing: something else is there.
  kVersion,   ///< A version whose layout is not the one of version 17.
  kSize,      ///< More than kMaxBytes in use, or larger than its memory.
  kBlocks,    ///< A block is not aligned or not inside the tree.
  kToken,     ///< A structure token is unknown, out of place or cut off.
  kName,      ///< A node's or property's name is not terminated inside its block.
  kValue,     ///< A property's value reaches beyond the structure block.
  kTooDeep,   ///< More than kMaxDepth nodes inside each other.
  kUnclosed,  ///< There is not exactly one root, closed, and FDT_END after it.
};

/// The error in words, for messages. Never null.
const char* ToString(Error error);

/// Whether the error is in a node, LastNode() of what Salvage() keeps, and not in the header.
constexpr bool IsInNode(Error error) { return error >= Error::kToken; }

/// [arm64-image] "Booting AArch64 Linux", section 2: a tree is at most 2 MiB. What a loader adds as
/// room behind the blocks does not count.
inline constexpr std::size_t kMaxBytes = std::size_t{2} << 20;
inline constexpr unsigned kMaxDepth = 64;

/// A property's name and value.
class Property {
 public:
  Property(std::string_view name, const std::uint32_t* value, std::uint32_t size)
      : name_(name), value_(value), size_(size) {}

  std::string_view name() const { return name_; }
  /// The whole value; its first byte is 4-byte aligned.
  std::string_view bytes() const { return {reinterpret_cast<const char*>(value_), size_}; }
  /// How many whole 32-bit cells the value has, and one of them; i < cells().
  unsigned cells() const { return size_ / 4; }
  std::uint32_t Cell(unsigned i) const;
  /// The number in `count` cells from `first`, most significant first; its low 64 bits. Nothing
  /// when the value is too short, or when bits beyond 64 are set.
  std::optional<std::uint64_t> Number(unsigned first, unsigned count) const;
  /// The whole value as one number of 1 or 2 cells.
  std::optional<std::uint64_t> Number() const;
  /// The first string of the value; empty when there is none with an end.
  std::string_view String() const;
  /// Whether one of the value's strings is `text`.
  bool ListHas(std::string_view text) const;

 private:
  std::string_view name_;
  const std::uint32_t* value_;
  std::uint32_t size_;
};

class Tree;

/// One node, by where it begins in the structure block. Valid as long as the tree's memory.
class Node {
 public:
  Node(const Tree& tree, std::uint32_t begin) : tree_(&tree), begin_(begin) {}

  /// With the unit address; the root's is empty.
  std::string_view name() const;
  /// name() without the unit address.
  std::string_view base_name() const;
  std::optional<Property> Find(std::string_view property) const;
  bool operator==(const Node& other) const = default;

 private:
  friend class Editor;
  const Tree* tree_;
  std::uint32_t begin_;  // of the FDT_BEGIN_NODE token, in words
};

/// A tree that was checked. Refers to the memory it was made from.
class Tree {
 public:
  /// The size in bytes of the tree that begins with this header, by the header alone: its blocks
  /// without what follows them where its own number is more than kMaxBytes. `header` needs 40
  /// readable bytes.
  static std::expected<std::size_t, Error> SizeAt(const std::uint32_t* header);

  /// Checks everything that a reader relies on; `memory` may be longer than the tree.
  static std::expected<Tree, Error> Check(std::span<const std::uint32_t> memory);

  /// What of a tree that Check() refuses comes before the place where it is wrong, as a tree that
  /// ends there. Nothing without a header that can be read.
  static std::optional<Tree> Salvage(std::span<const std::uint32_t> memory);

  /// Where it lies, to its end at least: what Editor::Copy() takes.
  std::span<const std::uint32_t> memory() const { return memory_; }

 private:
  friend class Node;
  friend class Walk;
  friend class Checker;
  friend class Editor;

  explicit Tree(std::span<const std::uint32_t> memory);
  std::uint32_t Word(std::uint32_t i) const;
  std::uint32_t Token(std::uint32_t i) const;
  std::string_view TextAt(std::uint32_t word) const;
  Property PropertyAt(std::uint32_t word) const;
  std::uint32_t AfterName(std::uint32_t begin) const;
  std::uint32_t AfterProperty(std::uint32_t word) const;

  std::span<const std::uint32_t> memory_;
  std::uint32_t structure_;      // first word of the structure block
  std::uint32_t structure_end_;  // the word behind it
  std::string_view strings_;
};

}  // namespace trivet::platforms::fdt
