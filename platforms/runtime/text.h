#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trivet::platforms {

/// "0x" and 16 hexadecimal digits, without a heap or a formatting library.
class HexText {
 public:
  explicit constexpr HexText(std::uint64_t value) {
    for (int i = 17; i > 1; --i, value >>= 4) text_[i] = "0123456789abcdef"[value & 15];
  }
  constexpr std::string_view view() const { return {text_, sizeof(text_)}; }

 private:
  char text_[18] = {'0', 'x'};
};

/// The same for decimal digits, without leading zeros.
class DecimalText {
 public:
  explicit constexpr DecimalText(std::uint64_t value) {
    do {
      text_[--begin_] = static_cast<char>('0' + value % 10);
    } while ((value /= 10) != 0);
  }
  constexpr std::string_view view() const { return {text_ + begin_, sizeof(text_) - begin_}; }

 private:
  char text_[20] = {};
  std::size_t begin_ = sizeof(text_);
};

}  // namespace trivet::platforms
