// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace trivet::sim {

/// A set of the INTIDs of SGIs, PPIs and SPIs, by words of 64, so that a search passes over what is
/// not there. [gic] "INTIDs".
class IntidSet {
 public:
  static constexpr unsigned kIntids = 1020;
  static constexpr unsigned kWordBits = 64;
  static constexpr std::size_t kWords = (kIntids + kWordBits - 1) / kWordBits;

  /// `intid` is below kIntids.
  bool Has(unsigned intid) const { return (words_[intid / kWordBits] & Bit(intid)) != 0; }
  void Set(unsigned intid, bool in) {
    std::uint64_t& word = words_[intid / kWordBits];
    word = in ? word | Bit(intid) : word & ~Bit(intid);
    const std::uint32_t of_word = std::uint32_t{1} << intid / kWordBits;
    occupied_ = word != 0 ? occupied_ | of_word : occupied_ & ~of_word;
  }
  /// Bit n: Word(n) is not empty.
  std::uint32_t Occupied() const { return occupied_; }
  /// INTIDs 64 `i` to 64 `i` + 63, the lowest in bit 0.
  std::uint64_t Word(std::size_t i) const { return words_[i]; }

 private:
  static constexpr std::uint64_t Bit(unsigned intid) {
    return std::uint64_t{1} << intid % kWordBits;
  }

  std::array<std::uint64_t, kWords> words_ = {};
  std::uint32_t occupied_ = 0;
};

}  // namespace trivet::sim
