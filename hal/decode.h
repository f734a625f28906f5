// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/register_info.h"

/// Register values as text. Freestanding: no heap, no locale, any exception level.
namespace trivet::hal {

/// Receives the text piece by piece; pieces are not NUL-terminated.
struct TextSink {
  void (*write)(void* context, const char* text, std::size_t size);
  void* context;
};

enum class DecodeStyle : std::uint8_t {
  kNonZero,  ///< Fields that are not zero, and reserved bits with the wrong value.
  kAll,      ///< Every field.
};

/// Writes the name and value on one line, then a line a field: bits, name, value, meaning.
///
///     HCR_EL2 = 0x80080019
///       31     RW              1
///       19     TSC             1
void Decode(const RegisterInfo& info, std::uint64_t value, TextSink sink,
            DecodeStyle style = DecodeStyle::kNonZero);

/// The same into `buffer`, cut off at `size` - 1 characters and NUL-terminated if `size` is not 0.
/// Returns the length of the whole text, as snprintf does.
std::size_t Decode(const RegisterInfo& info, std::uint64_t value, char* buffer, std::size_t size,
                   DecodeStyle style = DecodeStyle::kNonZero);

}  // namespace trivet::hal
