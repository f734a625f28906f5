// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "sim/instructions/instruction.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "tests/support/guest_code.h"

namespace trivet::tests {

/// Places a guest's code in the memory of the current PE.
inline GuestCode PlaceProgram(const sim::GuestProgram& program) {
  constexpr std::uint64_t kPlace = 0x4020'0000;
  sim::ScopedPe::Current().memory().Place(kPlace, program);
  return GuestCode(kPlace);
}

}  // namespace trivet::tests
