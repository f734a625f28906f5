#pragma once

#include "hal/registers.h"

/// A value of the type that a field's accessor has, in place.
#define TRIVET_FIELD_VALUE(Type, accessor, value)                               \
  ::trivet::hal::Type()                                                         \
      .accessor(static_cast<decltype(::trivet::hal::Type().accessor())>(value)) \
      .raw()

/// Every bit of the field that `accessor` names, for lines of hal/regs/guest*.def.
#define TRIVET_FIELD_MASK(Type, accessor) TRIVET_FIELD_VALUE(Type, accessor, ~0u)
