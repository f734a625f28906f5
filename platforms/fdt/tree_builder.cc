// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/fdt/tree_builder.h"

#include <algorithm>
#include <cstring>

#include "platforms/fdt/layout.h"

namespace trivet::platforms::fdt {

std::uint32_t ToBigEndian(std::uint32_t number) { return FromBigEndian(number); }

TreeBuilder& TreeBuilder::Begin(std::string_view name) {
  Word(kBeginNode);
  Pad(std::string(name) + '\0');
  return *this;
}

TreeBuilder& TreeBuilder::End() { return Word(kEndNode); }

TreeBuilder& TreeBuilder::Cells(std::string_view name, std::initializer_list<std::uint32_t> cells) {
  std::string bytes;
  for (const std::uint32_t cell : cells) {
    const std::uint32_t word = ToBigEndian(cell);
    bytes.append(reinterpret_cast<const char*>(&word), sizeof(word));
  }
  return Bytes(name, bytes);
}

TreeBuilder& TreeBuilder::Text(std::string_view name, std::string_view text) {
  return Bytes(name, std::string(text) + '\0');
}

TreeBuilder& TreeBuilder::Bytes(std::string_view name, std::string_view bytes) {
  Word(kProperty).Word(static_cast<std::uint32_t>(bytes.size()));
  Word(static_cast<std::uint32_t>(strings_.size()));
  strings_ += std::string(name) + '\0';
  Pad(bytes);
  return *this;
}

TreeBuilder& TreeBuilder::Word(std::uint32_t word) {
  structure_.push_back(word);
  return *this;
}

void TreeBuilder::Pad(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min<std::size_t>(4, bytes.size() - at));
    Word(ToBigEndian(word));
  }
}

std::vector<std::uint32_t> TreeBuilder::Build(bool ended) const {
  std::vector<std::uint32_t> words(kHeaderWords);
  words.insert(words.end(), structure_.begin(), structure_.end());
  if (ended) words.push_back(kEnd);
  const auto structure_end = static_cast<std::uint32_t>(words.size());
  words.resize(words.size() + (strings_.size() + 3) / 4);
  words[kMagicWord] = kMagic;
  words[kTotalSize] = static_cast<std::uint32_t>(words.size() * 4);
  words[kStructureOffset] = kHeaderWords * 4;
  words[kStringsOffset] = structure_end * 4;
  words[kVersionWord] = kVersion;
  words[kLastCompatibleVersion] = 16;
  words[kStringsSize] = static_cast<std::uint32_t>(strings_.size());
  words[kStructureSize] = (structure_end - kHeaderWords) * 4;
  for (std::uint32_t& word : words) word = ToBigEndian(word);
  std::memcpy(words.data() + structure_end, strings_.data(), strings_.size());
  return words;
}

}  // namespace trivet::platforms::fdt
