// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

/// Blocks of random instructions for a hostile guest.
namespace trivet::tests {

/// A generator of numbers that one number determines: SplitMix64.
class Random {
 public:
  explicit constexpr Random(std::uint64_t state) : state_(state) {}
  constexpr std::uint64_t Next() {
    std::uint64_t z = state_ += 0x9e37'79b9'7f4a'7c15;
    z = (z ^ z >> 30) * 0xbf58'476d'1ce4'e5b9;
    z = (z ^ z >> 27) * 0x94d0'49bb'1331'11eb;
    return z ^ z >> 31;
  }
  /// 0 to limit - 1.
  constexpr std::uint32_t Below(std::uint32_t limit) {
    return static_cast<std::uint32_t>((Next() >> 32) * limit >> 32);
  }

 private:
  std::uint64_t state_;
};

struct Block {
  static constexpr unsigned kWords = 32;

  std::uint64_t number = 0;  ///< All the rest follows from it, unless words were given.
  bool at_el0 = false;
  bool translated = false;  ///< The guest's own translation is on.
  bool waits_trap = false;  ///< WFI and WFE end a run.
  std::uint32_t words[kWords] = {};
  std::uint64_t x[31] = {};

  /// `data`: the address of a page that the guest may use.
  static Block Make(std::uint64_t number, std::uint64_t data);
};

/// HLT #0xf000, which QEMU takes for a call of its semihosting: no block has it.
constexpr bool IsSemihosting(std::uint32_t word) { return word == 0xd45e'0000; }

}  // namespace trivet::tests
