#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/decode.h"

namespace trivet::hal {

/// Appends text and numbers to a sink and counts, so that columns line up. Freestanding.
class TextWriter {
 public:
  explicit TextWriter(TextSink sink) : sink_(sink) {}

  TextWriter& Text(const char* text) {
    std::size_t size = 0;
    while (text[size] != '\0') ++size;
    sink_.write(sink_.context, text, size);
    column_ += size;
    return *this;
  }
  TextWriter& Decimal(std::uint64_t value) { return Number(value, 10); }
  TextWriter& Hex(std::uint64_t value) { return Text("0x").Number(value, 16); }
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
  TextWriter& Number(std::uint64_t value, unsigned base) {
    char digits[21];
    char* p = digits + sizeof(digits) - 1;
    *p = '\0';
    do {
      *--p = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    return Text(p);
  }

  TextSink sink_;
  std::size_t column_ = 0;
};

}  // namespace trivet::hal
