// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace trivet::text {

/// CRC-32 of Ethernet, zlib and U-Boot's `crc32` (ITU-T V.42: reflected polynomial 0xedb88320, all
/// ones first and inverted last). It finds every change within 32 neighbouring bits.
constexpr std::uint32_t Crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffff'ffff;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb8'8320 : 0);
  }
  return ~crc;
}

}  // namespace trivet::text
