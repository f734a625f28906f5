// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <string_view>

#include "freestanding/text/crc32.h"
#include "hal/digits.h"

/// A result line is `TRIVET-BENCH: OBJECT CHECKSUM`: a flat JSON object, a space and the CRC-32 of
/// the object's text. A console that several CPUs write to may mix their lines; the checksum tells
/// a whole line from a mixture. The last line is {"end":N}, after N results: it shows a line that
/// was lost altogether.
namespace trivet::bench {

inline constexpr std::string_view kResultPrefix = "TRIVET-BENCH: ";

/// What follows `object` on its line: a space and eight hexadecimal digits.
class Checksum {
 public:
  explicit constexpr Checksum(std::string_view object) {
    hal::Digits(text::Crc32(object), 16, 8).view().copy(text_.data() + 1, 8);
  }
  constexpr std::string_view view() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 9> text_ = {' '};
};

}  // namespace trivet::bench
