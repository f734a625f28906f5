// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/capability.h"
#include "tests/isolation/access.h"

/// Whether a guest may perform an access.
namespace trivet::tests {

/// Why a guest with these capabilities may perform it: what hal/regs/guest.def says of the
/// register, or that the instruction acts on nothing but the guest's own; null: it may not.
const char* ReasonToPerform(Access access, hal::Capabilities open);

/// Reads of this register differ from one moment to the next.
bool Moves(Access access);

}  // namespace trivet::tests
