// SPDX-License-Identifier: Apache-2.0 OR MIT
// A MinimalCpu does not take a policy that switches the vectors per run.
#include "percpu/minimal_cpu.h"

namespace trivet {

struct MyHost {
  static vectors::Handlers HandlersFor(CpuId);
};

#ifdef TRIVET_EXPECT_ERROR
using Probe = percpu::MinimalCpu<MyHost, percpu::PerRunPolicy>;
#else
using Probe = percpu::MinimalCpu<MyHost, percpu::BaselinePolicy>;
#endif

}  // namespace trivet
