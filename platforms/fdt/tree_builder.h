// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace trivet::platforms::fdt {

/// Writes flattened device trees for tests, wrong ones too: nothing is checked.
class TreeBuilder {
 public:
  TreeBuilder& Begin(std::string_view name);
  TreeBuilder& End();
  TreeBuilder& Cells(std::string_view name, std::initializer_list<std::uint32_t> cells);
  /// The text and a zero byte; a list has zero bytes inside.
  TreeBuilder& Text(std::string_view name, std::string_view text);
  /// Any bytes as they are.
  TreeBuilder& Bytes(std::string_view name, std::string_view bytes);
  /// One word of the structure block as it is.
  TreeBuilder& Word(std::uint32_t word);

  /// The tree, closed by FDT_END unless `ended` is false.
  std::vector<std::uint32_t> Build(bool ended = true) const;

 private:
  void Pad(std::string_view bytes);

  std::vector<std::uint32_t> structure_;  // as numbers, not yet big-endian
  std::string strings_;
};

/// Reverses the bytes of a word where the host is little-endian: what the tree holds for a number.
std::uint32_t ToBigEndian(std::uint32_t number);

}  // namespace trivet::platforms::fdt
