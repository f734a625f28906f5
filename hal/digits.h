// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trivet::hal {

/// The digits of a number, without a heap or a formatting library.
class Digits {
 public:
  /// `base`: 10 or 16, in lower case. At least `least` digits, at most 20.
  explicit constexpr Digits(std::uint64_t value, unsigned base = 10, std::size_t least = 1) {
    do {
      text_[--begin_] = "0123456789abcdef"[value % base];
    } while ((value /= base) != 0 || sizeof(text_) - begin_ < least);
  }
  constexpr std::string_view view() const { return {text_ + begin_, sizeof(text_) - begin_}; }

 private:
  char text_[20] = {};
  std::size_t begin_ = sizeof(text_);
};

/// Takes the hexadecimal digits that `text` begins with, in lower case, and returns their number,
/// of which the last 16 count; 0 without one.
constexpr std::uint64_t TakeHex(std::string_view& text) {
  std::uint64_t value = 0;
  for (; !text.empty(); text.remove_prefix(1)) {
    const std::size_t worth = std::string_view("0123456789abcdef").find(text.front());
    if (worth == std::string_view::npos) break;
    value = value << 4 | worth;
  }
  return value;
}

/// All 16 hexadecimal digits of a register.
inline constexpr std::size_t kRegisterDigits = 16;

}  // namespace trivet::hal
