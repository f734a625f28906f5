// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstddef>

#include "vectors/chain_code.h"
#include "vectors/cpu_slot.h"
#include "vectors/enter_guest.h"
#include "vectors/guest_frame.h"
#include "vectors/in_place.h"
#include "vectors/offsets.h"
#include "vectors/slot_finder.h"
#include "vectors/table_layout.h"
#include "vectors/vector_state.h"

namespace trivet::vectors {
#define CONSTANT(NAME, value) \
  static_assert(NAME == static_cast<std::size_t>(value), #NAME " is not " #value);
#define OFFSET(NAME, Type, member) CONSTANT(NAME, offsetof(Type, member))
#include "vectors/offsets.def"
}  // namespace trivet::vectors
