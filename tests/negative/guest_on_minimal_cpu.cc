// SPDX-License-Identifier: Apache-2.0 OR MIT
// A Vcpu does not run on a MinimalCpu, which saves none of the registers that a guest changes.
#include "percpu/minimal_cpu.h"
#include "vcpu/vcpu.h"

namespace trivet {

struct MyHost {
  static vectors::Handlers HandlersFor(CpuId);
};

#ifdef TRIVET_EXPECT_ERROR
using Cpu = percpu::MinimalCpu<MyHost>;
#else
using Cpu = percpu::PerCpuState;
#endif

Result<vcpu::Exit> Probe(vcpu::Vcpu& guest, Cpu& cpu) { return guest.Run(cpu); }

}  // namespace trivet
