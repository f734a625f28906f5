// SPDX-License-Identifier: Apache-2.0 OR MIT
// Only a described register can be read.
#include "hal/el2/el2_backend.h"

namespace trivet::hal {

void Probe() {
  (void)El2Backend::Read<HcrEl2>();
#ifdef TRIVET_EXPECT_ERROR
  (void)El2Backend::Read<CpuId>();
#endif
}

}  // namespace trivet::hal
