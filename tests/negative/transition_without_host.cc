// Only PerCpu<Host> knows a policy and a stage 2: the state alone enables nothing.
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
