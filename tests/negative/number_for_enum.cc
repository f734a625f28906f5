// SPDX-License-Identifier: Apache-2.0 OR MIT
// A field with named values takes no number.
#include "hal/el2/el2_backend.h"

namespace trivet::hal {

VtcrEl2 Probe() {
#ifdef TRIVET_EXPECT_ERROR
  return VtcrEl2::Inert().tg0(2);
#else
  return VtcrEl2::Inert().tg0(Granule0::k16Kb);
#endif
}

}  // namespace trivet::hal
