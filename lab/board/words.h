// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hal/digits.h"

/// The lines that the image prints and the build machine reads: words and hexadecimal numbers
/// separated by one space, then "=" and the sum of the bytes before it, to detect damage.
///
// clang-format off
///     conformance 1 E2H NOE2H    begins: format; the values that HCR_EL2.E2H can have
///     reg NAME E2H WRITTEN READ_ESR WRITE_ESR NOW ZEROS ONES
///     walk NAME E2H ONE BIT VALUE    a walking bit that reads back otherwise than predicted
///     end COUNT                  ends: number of lines between
// clang-format on
namespace trivet::lab::board {

inline constexpr std::string_view kFirstWord = "conformance";
inline constexpr std::string_view kLastWord = "end";
inline constexpr std::uint64_t kFormat = 1;

/// The sum of a line's bytes.
constexpr std::uint64_t SumOf(std::string_view text) {
  std::uint64_t sum = 0;
  for (const char c : text) sum += static_cast<unsigned char>(c);
  return sum;
}

/// Makes a line, at most 190 characters.
class LineWriter {
 public:
  LineWriter& Word(std::string_view word) {
    if (size_ != 0) Put(' ');
    for (const char c : word) Put(c);
    return *this;
  }
  LineWriter& Number(std::uint64_t value) { return Word(hal::Digits(value, 16).view()); }
  LineWriter& End() {
    const std::uint64_t sum = SumOf(text());
    Word("=").Number(sum);
    Put('\n');
    return *this;
  }
  std::string_view text() const { return {text_, size_}; }

 private:
  void Put(char c) {
    if (size_ < sizeof text_) text_[size_++] = c;
  }

  char text_[190];
  std::size_t size_ = 0;
};

}  // namespace trivet::lab::board
