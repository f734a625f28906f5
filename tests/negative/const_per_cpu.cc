// SPDX-License-Identifier: Apache-2.0 OR MIT
// A const PerCpu cannot turn virtualization on.
#include "percpu/per_cpu.h"

namespace trivet {

struct MyHost {
  static vectors::Handlers HandlersFor(CpuId);
};

#ifdef TRIVET_EXPECT_ERROR
Status Probe(const percpu::PerCpu<MyHost>& cpu) { return cpu.HardwareEnable(); }
#else
Status Probe(percpu::PerCpu<MyHost>& cpu) { return cpu.HardwareEnable(); }
#endif

}  // namespace trivet
