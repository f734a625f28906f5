// SPDX-License-Identifier: Apache-2.0 OR MIT
// A raw number is not a register value.
#include "hal/el2/el2_backend.h"

namespace trivet::hal {

void Probe() {
  El2Backend::Write<HcrEl2>(HcrEl2::FromRaw(1));
#ifdef TRIVET_EXPECT_ERROR
  El2Backend::Write<HcrEl2>(1);
#endif
}

}  // namespace trivet::hal
