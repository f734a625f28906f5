// SPDX-License-Identifier: Apache-2.0 OR MIT
// A per-CPU page does not move.
#include <utility>

#include "percpu/per_cpu.h"

namespace trivet {

struct MyHost {
  static vectors::Handlers HandlersFor(CpuId);
};

void Probe(percpu::PerCpu<MyHost>& cpu) {
#ifdef TRIVET_EXPECT_ERROR
  percpu::PerCpu<MyHost> other = std::move(cpu);
#else
  percpu::PerCpu<MyHost>&& other = std::move(cpu);
#endif
  other.PoweredDown();
}

}  // namespace trivet
