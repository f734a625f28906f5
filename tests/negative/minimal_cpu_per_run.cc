// A MinimalCpu has its vectors from enable to disable.
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
