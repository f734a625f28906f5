// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <bit>
#include <cstdint>

/// Layout of a flattened device tree. [devicetree] Devicetree Specification 0.4, 5.2 (header), 5.4
/// (structure block). All numbers are big-endian.
namespace trivet::platforms::fdt {

/// Fields of the header, by their word.
enum HeaderWord : std::uint32_t {
  kMagicWord = 0,
  kTotalSize = 1,
  kStructureOffset = 2,
  kStringsOffset = 3,
  kReservedOffset = 4,
  kVersionWord = 5,
  kLastCompatibleVersion = 6,
  kStringsSize = 8,
  kStructureSize = 9,
};
inline constexpr std::uint32_t kHeaderWords = 10;
inline constexpr std::uint32_t kMagic = 0xd00d'feed;
/// Version 17 is the first whose header has all of these words; later ones say whether a reader of
/// 17 can read them.
inline constexpr std::uint32_t kVersion = 17;

/// Tokens of the structure block.
inline constexpr std::uint32_t kBeginNode = 1;
inline constexpr std::uint32_t kEndNode = 2;
inline constexpr std::uint32_t kProperty = 3;
inline constexpr std::uint32_t kNop = 4;
inline constexpr std::uint32_t kEnd = 9;
/// Words before a property's value: token, length, offset of the name.
inline constexpr std::uint32_t kPropertyWords = 3;

constexpr std::uint32_t FromBigEndian(std::uint32_t word) {
  return std::endian::native == std::endian::little ? std::byteswap(word) : word;
}

}  // namespace trivet::platforms::fdt
