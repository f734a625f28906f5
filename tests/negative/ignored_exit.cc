// SPDX-License-Identifier: Apache-2.0 OR MIT
// The result of Vcpu::Run() must be used.
#include "vcpu/vcpu.h"

namespace trivet {

#pragma GCC diagnostic error "-Wunused-result"

void Probe(vcpu::Vcpu& guest, percpu::PerCpuState& cpu) {
#ifdef TRIVET_EXPECT_ERROR
  guest.Run(cpu);
#else
  (void)guest.Run(cpu);
#endif
}

}  // namespace trivet
