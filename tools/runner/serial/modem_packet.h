// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// [ymodem] 4: what is on the line.
namespace trivet::runner::modem {

inline constexpr char kStartOf128 = 0x01;   // SOH
inline constexpr char kStartOf1024 = 0x02;  // STX
inline constexpr char kEnd = 0x04;          // EOT
inline constexpr char kAck = 0x06;
inline constexpr char kNak = 0x15;
inline constexpr char kCancel = 0x18;  // CAN; two in a row cancel
inline constexpr char kWantCrc = 'C';
inline constexpr char kFill = 0x1a;  // after the data's end

inline constexpr std::size_t kShort = 128;
inline constexpr std::size_t kLong = 1024;

/// The CRC of YMODEM blocks: x^16 + x^12 + x^5 + 1, starting at 0 (ITU-T V.41).
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

/// Block `number` with `data`, filled up with `fill` to 128 or 1024 bytes.
inline std::string Packet(std::uint8_t number, std::string_view data, bool crc, char fill) {
  const std::size_t size = data.size() > kShort ? kLong : kShort;
  std::string body(data);
  body.resize(size, fill);
  std::string packet = {size == kLong ? kStartOf1024 : kStartOf128, static_cast<char>(number),
                        static_cast<char>(~number)};
  packet += body;
  if (crc) {
    const std::uint16_t check = Crc16(body);
    packet += static_cast<char>(check >> 8);
    packet += static_cast<char>(check & 0xff);
  } else {
    unsigned sum = 0;
    for (const char c : body) sum += static_cast<unsigned char>(c);
    packet += static_cast<char>(sum & 0xff);
  }
  return packet;
}

}  // namespace trivet::runner::modem
