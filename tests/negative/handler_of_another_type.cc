// SPDX-License-Identifier: Apache-2.0 OR MIT
// A handler's parameter is the CpuSlot of the CPU that took the exception.
#include "vectors/cpu_slot.h"

namespace trivet {

#ifdef TRIVET_EXPECT_ERROR
void OnIrq();
#else
void OnIrq(vectors::CpuSlot&);
#endif

constexpr vectors::Handlers kProbe = {.irq = &OnIrq};

}  // namespace trivet
