// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "gtest/internal/printers.h"

namespace testing::internal {
namespace {

enum class Form { kAsIs, kHexEscape, kSpecialEscape };

constexpr char kHexDigits[] = "0123456789ABCDEF";

/// Upper-case hexadecimal without leading zeros.
void PutUpperHex(std::uint32_t value, Sink& sink) {
  int shift = 28;
  while (shift > 0 && (value >> shift) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) sink << kHexDigits[(value >> shift) & 15];
}

/// The character as it stands between single quotes in source.
Form PutLiteral(unsigned char value, Sink& sink) {
  constexpr std::string_view kSpecial("\0'\\\a\b\f\n\r\t\v", 10);
  constexpr std::string_view kLetters = "0'\\abfnrtv";
  if (const auto at = kSpecial.find(static_cast<char>(value)); at != kSpecial.npos) {
    sink << '\\' << kLetters[at];
    return Form::kSpecialEscape;
  }
  if (value >= 0x20 && value <= 0x7e) {
    sink << static_cast<char>(value);
    return Form::kAsIs;
  }
  sink << "\\x";
  PutUpperHex(value, sink);
  return Form::kHexEscape;
}

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

void PutByte(std::byte byte, Sink& sink) {
  const auto value = std::to_integer<unsigned>(byte);
  sink << kHexDigits[value >> 4] << kHexDigits[value & 15];
}

/// Pairs of bytes: "01-02 03-04".
void PutBytes(std::span<const std::byte> bytes, std::size_t first, Sink& sink) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0) sink << ((first + i) % 2 == 0 ? ' ' : '-');
    PutByte(bytes[i], sink);
  }
}

}  // namespace

void PrintCharacter(unsigned char value, bool is_signed, Sink& sink) {
  sink << '\'';
  const Form form = PutLiteral(value, sink);
  sink << '\'';
  if (value == 0) return;
  const int code = is_signed ? static_cast<signed char>(value) : value;
  sink << " (" << code;
  if (form != Form::kHexEscape && !(code >= 1 && code <= 9)) {
    sink << ", 0x";
    PutUpperHex(static_cast<std::uint32_t>(code), sink);
  }
  sink << ')';
}

void PrintCodePoint(char32_t value, Sink& sink) {
  sink << "U+";
  for (std::uint32_t limit = 0x1000; limit > 1 && value < limit; limit >>= 4) sink << '0';
  PutUpperHex(value, sink);
}

void PrintString(std::string_view text, Sink& sink) {
  sink << '"';
  bool after_hex = false;
  for (const char c : text) {
    if (after_hex && IsHexDigit(c)) sink << "\" \"";
    if (c == '"' || c == '\'') {
      sink << (c == '"' ? "\\\"" : "'");
      after_hex = false;
    } else {
      after_hex = PutLiteral(static_cast<unsigned char>(c), sink) == Form::kHexEscape;
    }
  }
  sink << '"';
}

void PrintBytes(std::span<const std::byte> bytes, Sink& sink) {
  constexpr std::size_t kWhole = 132;
  constexpr std::size_t kEnd = 64;
  sink << bytes.size() << "-byte object <";
  if (bytes.size() < kWhole) {
    PutBytes(bytes, 0, sink);
  } else {
    const std::size_t resume = (bytes.size() - kEnd + 1) / 2 * 2;
    PutBytes(bytes.first(kEnd), 0, sink);
    sink << " ... ";
    PutBytes(bytes.subspan(resume), resume, sink);
  }
  sink << '>';
}

}  // namespace testing::internal
