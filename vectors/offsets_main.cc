// SPDX-License-Identifier: Apache-2.0 OR MIT
// Prints vectors/offsets.h. Runs on the build machine, whose structure layout equals AArch64's for
// these types; offsets_check.cc proves it.
#include <cstddef>
#include <cstdio>

#include "vectors/chain_code.h"
#include "vectors/cpu_slot.h"
#include "vectors/enter_guest.h"
#include "vectors/guest_frame.h"
#include "vectors/in_place.h"
#include "vectors/slot_finder.h"
#include "vectors/table_layout.h"
#include "vectors/vector_state.h"

using namespace trivet::vectors;  // NOLINT(google-build-using-namespace): as in offsets_check.cc

int main() {
  std::puts("#pragma once");
#define CONSTANT(NAME, value) \
  std::printf("#define %s %zu\n", #NAME, static_cast<std::size_t>(value));
#define OFFSET(NAME, Type, member) CONSTANT(NAME, offsetof(Type, member))
#include "vectors/offsets.def"
}
