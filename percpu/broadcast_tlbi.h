// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/cpu.h"

namespace trivet::percpu {

/// Broadcast TLB maintenance, complete when it returns but for the ISB, which is the caller's. Done
/// twice on every CPU: on many, accesses by an entry that the first takes out may end only with the
/// second, and the CPU that holds the entry may be another than the caller. Cortex-A55 2441007,
/// A76 1286807, A510 2441009; Arm CVE-2025-10263: Cortex-A76 to A78, A710, X1 to X4, X925,
/// Neoverse-N1, N2, V1 to V3 (4118414 and others). Facts by Linux, from Arm.
template <hal::Tlbi kOperation>
[[gnu::always_inline]] inline void InvalidateEverywhere() {
  static_assert(kOperation == hal::Tlbi::kAllE1Is || kOperation == hal::Tlbi::kVmallS12E1Is);
  for (int i = 0; i < 2; ++i) {
    hal::Cpu::Invalidate<kOperation>();
    hal::Cpu::Dsb<hal::Domain::kInnerShareable>();
  }
}

}  // namespace trivet::percpu
