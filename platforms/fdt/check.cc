// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <algorithm>

#include "platforms/fdt/layout.h"
#include "platforms/fdt/tree.h"

namespace trivet::platforms::fdt {
namespace {

/// Whether a block of `size` bytes at `offset` is inside `total` bytes.
bool Fits(std::uint64_t offset, std::uint64_t size, std::uint64_t total) {
  return offset <= total && size <= total - offset;
}

/// Where the last of the tree's blocks ends. The memory reservation block has at least an entry of
/// 16 bytes. [devicetree] 5.3.
std::uint64_t EndOfBlocks(const std::uint32_t* header) {
  const auto end = [&](HeaderWord offset, std::uint64_t size) {
    return FromBigEndian(header[offset]) + size;
  };
  return std::max({std::uint64_t{kHeaderWords} * 4, end(kReservedOffset, 16),
                   end(kStructureOffset, FromBigEndian(header[kStructureSize])),
                   end(kStringsOffset, FromBigEndian(header[kStringsSize]))});
}

}  // namespace

/// Walks the structure block once, in bounds whatever it says.
class Checker {
 public:
  explicit Checker(const Tree& tree) : tree_(tree), at_(tree.structure_) {}

  std::optional<Error> Run() {
    while (!done_) {
      if (const auto error = Token()) return error;
    }
    return std::nullopt;
  }

  /// The token at which Run() ended.
  std::uint32_t at() const { return at_; }

 private:
  std::uint32_t Left() const { return tree_.structure_end_ - at_; }

  std::optional<Error> Token() {
    if (Left() == 0) return Error::kUnclosed;
    switch (tree_.Word(at_)) {
      case kBeginNode: return BeginNode();
      case kEndNode: return EndNode();
      case kProperty: return OneProperty();
      case kNop: ++at_; return std::nullopt;
      case kEnd:
        done_ = true;
        return roots_ == 1 && depth_ == 0 ? std::nullopt : std::optional(Error::kUnclosed);
      default: return Error::kToken;
    }
  }

  std::optional<Error> BeginNode() {
    if (depth_ == kMaxDepth) return Error::kTooDeep;
    if (depth_ == 0 && roots_++ != 0) return Error::kUnclosed;
    ++depth_;
    properties_may_follow_ = true;
    if (!HasEnd(at_ + 1, tree_.structure_end_)) return Error::kName;
    at_ = tree_.AfterName(at_);
    return std::nullopt;
  }

  std::optional<Error> EndNode() {
    if (depth_ == 0) return Error::kToken;
    --depth_;
    properties_may_follow_ = false;
    ++at_;
    return std::nullopt;
  }

  std::optional<Error> OneProperty() {
    if (depth_ == 0 || !properties_may_follow_ || Left() < kPropertyWords) return Error::kToken;
    const std::uint32_t size = tree_.Word(at_ + 1);
    if (size > (Left() - kPropertyWords) * 4) return Error::kValue;
    const std::uint32_t name = tree_.Word(at_ + 2);
    if (name >= tree_.strings_.size() || tree_.strings_.find('\0', name) == std::string_view::npos)
      return Error::kName;
    at_ = tree_.AfterProperty(at_);
    return std::nullopt;
  }

  /// Whether a zero byte comes in words [from, end).
  bool HasEnd(std::uint32_t from, std::uint32_t end) const {
    const std::string_view text{reinterpret_cast<const char*>(tree_.memory_.data() + from),
                                std::size_t{end - from} * 4};
    return text.find('\0') != std::string_view::npos;
  }

  const Tree& tree_;
  std::uint32_t at_;
  unsigned depth_ = 0;
  unsigned roots_ = 0;
  bool properties_may_follow_ = false;
  bool done_ = false;
};

const char* ToString(Error error) {
  switch (error) {
    case Error::kNoTree: return "its magic number is missing";
    case Error::kVersion: return "its version is not 17 or compatible with it";
    case Error::kSize: return "its size (totalsize) is out of bounds";
    case Error::kBlocks: return "one of its blocks is misaligned or not inside it";
    case Error::kToken: return "a structure token is unknown or out of place";
    case Error::kName: return "a name has no end";
    case Error::kValue: return "a property's value reaches beyond its block";
    case Error::kTooDeep: return "its nodes are nested too deeply";
    case Error::kUnclosed: return "it has no end, or not one root";
  }
  return "unknown error";
}

std::expected<std::size_t, Error> Tree::SizeAt(const std::uint32_t* header) {
  if (FromBigEndian(header[kMagicWord]) != kMagic) return std::unexpected(Error::kNoTree);
  const std::uint32_t version = FromBigEndian(header[kVersionWord]);
  const std::uint32_t compatible = FromBigEndian(header[kLastCompatibleVersion]);
  if (version < kVersion || compatible > kVersion) return std::unexpected(Error::kVersion);
  const std::uint32_t size = FromBigEndian(header[kTotalSize]);
  if (size < kHeaderWords * 4) return std::unexpected(Error::kSize);
  if (size <= kMaxBytes) return size;
  const std::uint64_t used = EndOfBlocks(header);
  if (used > std::min(std::size_t{size}, kMaxBytes)) return std::unexpected(Error::kSize);
  return used;
}

std::expected<Tree, Error> Tree::Check(std::span<const std::uint32_t> memory) {
  if (memory.size() < kHeaderWords) return std::unexpected(Error::kSize);
  const auto size = SizeAt(memory.data());
  if (!size) return std::unexpected(size.error());
  if (*size > memory.size_bytes()) return std::unexpected(Error::kSize);
  const auto word = [&](HeaderWord i) { return FromBigEndian(memory[i]); };
  const std::uint32_t structure = word(kStructureOffset);
  const std::uint32_t structure_size = word(kStructureSize);
  if (structure % 4 != 0 || structure_size % 4 != 0 || !Fits(structure, structure_size, *size) ||
      !Fits(word(kStringsOffset), word(kStringsSize), *size)) {
    return std::unexpected(Error::kBlocks);
  }
  const Tree tree(memory.first((*size + 3) / 4));
  if (const auto error = Checker(tree).Run()) return std::unexpected(*error);
  return tree;
}

std::optional<Tree> Tree::Salvage(std::span<const std::uint32_t> memory) {
  if (memory.size() < kHeaderWords || FromBigEndian(memory[kMagicWord]) != kMagic)
    return std::nullopt;
  const auto room = static_cast<std::uint32_t>(std::min(memory.size_bytes(), kMaxBytes));
  const std::uint32_t structure = FromBigEndian(memory[kStructureOffset]);
  const std::uint32_t strings = FromBigEndian(memory[kStringsOffset]);
  if (structure % 4 != 0 || structure > room || strings > room) return std::nullopt;
  Tree tree(memory.first(room / 4));
  tree.structure_end_ =
      std::min(FromBigEndian(memory[kStructureSize]) / 4, (room - structure) / 4) + structure / 4;
  tree.strings_ = tree.strings_.substr(0, room - strings);
  Checker checker(tree);
  (void)checker.Run();
  tree.structure_end_ = checker.at();
  return tree;
}

}  // namespace trivet::platforms::fdt
