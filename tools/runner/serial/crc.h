#pragma once

#include <cstdint>
#include <string_view>

namespace trivet::runner {

/// The CRC of XMODEM and YMODEM blocks: x^16 + x^12 + x^5 + 1, starting at 0 (ITU-T V.41).
constexpr std::uint16_t Crc16(std::string_view bytes) {
  std::uint16_t crc = 0;
  for (const char c : bytes) {
    crc = static_cast<std::uint16_t>(crc ^ static_cast<unsigned char>(c) << 8);
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<std::uint16_t>(crc << 1 ^ ((crc & 0x8000) != 0 ? 0x1021 : 0));
    }
  }
  return crc;
}

/// CRC-32 of Ethernet and zlib (ITU-T V.42), which U-Boot's `crc32` prints.
constexpr std::uint32_t Crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffff'ffff;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb8'8320 : 0);
  }
  return ~crc;
}

}  // namespace trivet::runner
