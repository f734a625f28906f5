// SPDX-License-Identifier: Apache-2.0 OR MIT
// A value of one register cannot be written to another with equal fields.
#include "hal/el2/el2_backend.h"

namespace trivet::hal {

void Probe() {
  El2Backend::Write<FarEl2>(FarEl2());
#ifdef TRIVET_EXPECT_ERROR
  El2Backend::Write<FarEl2>(FarEl1());
#endif
}

}  // namespace trivet::hal
