#pragma once

#include "tests/isolation/access.h"

/// Whether a guest may perform an access.
namespace trivet::tests {

/// Why a guest may perform it: the register is switched, virtual, constant or shared, or the
/// instruction acts on nothing but the guest's own; null: it may not.
const char* ReasonToPerform(Access access);

/// Reads of this register differ from one moment to the next.
bool Moves(Access access);

}  // namespace trivet::tests
