// SPDX-License-Identifier: Apache-2.0 OR MIT
// A PerCpu cannot be copied: the vectors find it at its address.
#include "percpu/per_cpu.h"

namespace trivet {

struct MyHost {
  static vectors::Handlers HandlersFor(CpuId);
};

void Probe(percpu::PerCpu<MyHost>& cpu) {
#ifdef TRIVET_EXPECT_ERROR
  percpu::PerCpu<MyHost> other = cpu;
#else
  percpu::PerCpu<MyHost>& other = cpu;
#endif
  other.PoweredDown();
}

}  // namespace trivet
