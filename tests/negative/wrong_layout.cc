// SPDX-License-Identifier: Apache-2.0 OR MIT
// A value of one E2H layout cannot be written as the other.
#include "hal/el2/el2_backend.h"

namespace trivet::hal {

void Probe() {
  El2Backend::Write<CptrEl2E2h>(CptrEl2E2h::Inert());
#ifdef TRIVET_EXPECT_ERROR
  El2Backend::Write<CptrEl2E2h>(CptrEl2::Inert());
#endif
}

}  // namespace trivet::hal
