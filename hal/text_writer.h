// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hal/decode.h"
#include "hal/digits.h"

namespace trivet::hal {

/// Appends text and numbers to a sink and counts, so that columns line up. Freestanding.
class TextWriter {
 public:
  explicit TextWriter(TextSink sink) : sink_(sink) {}

  TextWriter& Text(std::string_view text) {
    sink_.write(sink_.context, text.data(), text.size());
    column_ += text.size();
    return *this;
  }
  // No strlen, which std::string_view calls for both: an embedder may not have it.
  template <std::size_t kSize>
  TextWriter& Text(const char (&literal)[kSize]) {
    return Text(std::string_view(literal, kSize - 1));
  }
  /// A NUL-terminated text.
  TextWriter& Name(const char* text) {
    std::size_t size = 0;
    while (text[size] != '\0') ++size;
    return Text(std::string_view(text, size));
  }
  TextWriter& Decimal(std::uint64_t value) { return Text(Digits(value).view()); }
  /// At least `digits` digits after 0x.
  TextWriter& Hex(std::uint64_t value, std::size_t digits = 1) {
    return Text("0x").Text(Digits(value, 16, digits).view());
  }
  /// Spaces, at least one, up to `width` characters from column `start`.
  TextWriter& PadFrom(std::size_t start, std::size_t width) {
    do {
      Text(" ");
    } while (column_ < start + width);
    return *this;
  }
  void EndLine() {
    Text("\n");
    column_ = 0;
  }
  /// Characters written on this line.
  std::size_t column() const { return column_; }

 private:
  TextSink sink_;
  std::size_t column_ = 0;
};

}  // namespace trivet::hal
