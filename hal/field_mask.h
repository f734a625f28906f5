// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <type_traits>

#include "hal/registers.h"

/// A value of the type that a field's accessor has, in place.
#define TRIVET_FIELD_VALUE(Type, accessor, value)                               \
  ::trivet::hal::Type()                                                         \
      .accessor(static_cast<decltype(::trivet::hal::Type().accessor())>(value)) \
      .raw()

namespace trivet::hal {

/// A field's value with every bit set.
template <class T>
constexpr T AllOnes() {
  if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(static_cast<std::underlying_type_t<T>>(~0u));
  } else {
    return static_cast<T>(~0u);
  }
}

}  // namespace trivet::hal

/// Every bit of the field that `accessor` names, for lines of hal/regs/guest*.def.
#define TRIVET_FIELD_MASK(Type, accessor)                                             \
  ::trivet::hal::Type()                                                               \
      .accessor(::trivet::hal::AllOnes<decltype(::trivet::hal::Type().accessor())>()) \
      .raw()
