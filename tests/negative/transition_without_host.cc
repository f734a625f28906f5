// SPDX-License-Identifier: Apache-2.0 OR MIT
// PerCpuState cannot be enabled without PerCpu<Host>, which supplies policy and stage 2.
#include "percpu/per_cpu.h"

namespace trivet {

class Probe : public percpu::PerCpuState {
 public:
  static void PutDown(percpu::PerCpuState& any, Probe& own) {
#ifdef TRIVET_EXPECT_ERROR
    any.PoweredDown();
#else
    (void)any.IsEnabled();
#endif
    own.PoweredDown();
  }
};

}  // namespace trivet
