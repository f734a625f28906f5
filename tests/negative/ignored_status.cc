// SPDX-License-Identifier: Apache-2.0 OR MIT
// A transition's Status must be used.
#include "percpu/per_cpu.h"

namespace trivet {

struct MyHost {
  static vectors::Handlers HandlersFor(CpuId);
};

#pragma GCC diagnostic error "-Wunused-value"   // Clang, for a type that is [[nodiscard]]
#pragma GCC diagnostic error "-Wunused-result"  // GCC

void Probe(percpu::PerCpu<MyHost>& cpu) {
#ifdef TRIVET_EXPECT_ERROR
  cpu.HardwareEnable();
#else
  (void)cpu.HardwareEnable();
#endif
}

}  // namespace trivet
