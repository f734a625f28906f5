// SPDX-License-Identifier: Apache-2.0 OR MIT
// A host must have handlers.
#include "percpu/per_cpu.h"

namespace trivet {

struct Mute {
#ifndef TRIVET_EXPECT_ERROR
  static vectors::Handlers HandlersFor(CpuId);
#endif
};

using Probe = percpu::PerCpu<Mute>;

}  // namespace trivet
