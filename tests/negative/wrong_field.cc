// SPDX-License-Identifier: Apache-2.0 OR MIT
// A field of the other layout has no accessor.
#include "hal/el2/el2_backend.h"

namespace trivet::hal {

CptrEl2 Probe() {
#ifdef TRIVET_EXPECT_ERROR
  return CptrEl2::Inert().fpen(TrapLevels::kNone);
#else
  return CptrEl2::Inert().tfp(false);
#endif
}

}  // namespace trivet::hal
