// SPDX-License-Identifier: Apache-2.0 OR MIT
// The architecture has 16 list registers.
#include "hal/el2/el2_backend.h"
#include "hal/list_registers.h"

namespace trivet::hal {

void Probe() {
  El2Backend::Write<IchLrEl2<15>>(ListRegister());
#ifdef TRIVET_EXPECT_ERROR
  El2Backend::Write<IchLrEl2<16>>(ListRegister());
#endif
}

}  // namespace trivet::hal
