// SPDX-License-Identifier: Apache-2.0 OR MIT
// A write-only register cannot be read.
#include "hal/el2/el2_backend.h"

namespace trivet::hal {

void Probe() {
  El2Backend::Write<IccEoir1El1>(IccEoir1El1());
#ifdef TRIVET_EXPECT_ERROR
  (void)El2Backend::Read<IccEoir1El1>();
#endif
}

}  // namespace trivet::hal
