// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/fdt/tree.h"

#include "platforms/fdt/layout.h"

namespace trivet::platforms::fdt {
namespace {

/// The zero-terminated text that `bytes` begin with; nothing without a zero.
std::optional<std::string_view> Terminated(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\0') return bytes.substr(0, i);
  }
  return std::nullopt;
}

constexpr std::uint32_t WordsOf(std::uint32_t bytes) { return bytes / 4 + (bytes % 4 != 0); }

}  // namespace

std::uint32_t Property::Cell(unsigned i) const { return FromBigEndian(value_[i]); }

std::optional<std::uint64_t> Property::Number(unsigned first, unsigned count) const {
  if (first > cells() || count > cells() - first) return std::nullopt;
  std::uint64_t number = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (number >> 32 != 0) return std::nullopt;
    number = number << 32 | Cell(first + i);
  }
  return number;
}

std::optional<std::uint64_t> Property::Number() const {
  if (size_ != 4 && size_ != 8) return std::nullopt;
  return Number(0, cells());
}

std::string_view Property::String() const { return Terminated(bytes()).value_or(""); }

bool Property::ListHas(std::string_view text) const {
  for (std::string_view rest = bytes(); !rest.empty();) {
    const auto item = Terminated(rest);
    if (!item) return false;
    if (*item == text) return true;
    rest.remove_prefix(item->size() + 1);
  }
  return false;
}

std::string_view Node::name() const { return tree_->TextAt(begin_ + 1); }

std::string_view Node::base_name() const {
  const std::string_view whole = name();
  return whole.substr(0, whole.find('@'));
}

std::optional<Property> Node::Find(std::string_view property) const {
  for (std::uint32_t at = tree_->AfterName(begin_);;) {
    const std::uint32_t token = tree_->Token(at);
    if (token == kProperty) {
      const Property candidate = tree_->PropertyAt(at);
      if (candidate.name() == property) return candidate;
      at = tree_->AfterProperty(at);
    } else if (token == kNop) {
      ++at;
    } else {
      return std::nullopt;  // [devicetree] 5.4.2: properties come before child nodes
    }
  }
}

Tree::Tree(std::span<const std::uint32_t> memory) : memory_(memory) {
  structure_ = Word(kStructureOffset) / 4;
  structure_end_ = structure_ + Word(kStructureSize) / 4;
  strings_ = {reinterpret_cast<const char*>(memory_.data()) + Word(kStringsOffset),
              Word(kStringsSize)};
}

std::uint32_t Tree::Word(std::uint32_t i) const { return FromBigEndian(memory_[i]); }

/// A salvaged tree ends where it was cut.
std::uint32_t Tree::Token(std::uint32_t i) const { return i < structure_end_ ? Word(i) : kEnd; }

std::string_view Tree::TextAt(std::uint32_t word) const {
  const auto* text = reinterpret_cast<const char*>(memory_.data() + word);
  return Terminated({text, std::size_t{structure_end_ - word} * 4}).value_or("");
}

Property Tree::PropertyAt(std::uint32_t word) const {
  std::string_view name = strings_;
  name.remove_prefix(Word(word + 2));
  return {Terminated(name).value_or(""), memory_.data() + word + kPropertyWords, Word(word + 1)};
}

std::uint32_t Tree::AfterName(std::uint32_t begin) const {
  return begin + 1 + WordsOf(static_cast<std::uint32_t>(TextAt(begin + 1).size()) + 1);
}

std::uint32_t Tree::AfterProperty(std::uint32_t word) const {
  return word + kPropertyWords + WordsOf(Word(word + 1));
}

}  // namespace trivet::platforms::fdt
