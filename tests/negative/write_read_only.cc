// SPDX-License-Identifier: Apache-2.0 OR MIT
// A read-only register cannot be written.
#include "hal/el2/el2_backend.h"

namespace trivet::hal {

void Probe() {
  (void)El2Backend::Read<MpidrEl1>();
#ifdef TRIVET_EXPECT_ERROR
  El2Backend::Write<MpidrEl1>(MpidrEl1());
#endif
}

}  // namespace trivet::hal
