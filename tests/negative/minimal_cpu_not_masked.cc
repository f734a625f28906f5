// SPDX-License-Identifier: Apache-2.0 OR MIT
// HardwareEnable() must not compile without a MaskedAndPinned argument.
#include "percpu/minimal_cpu.h"

namespace trivet {

struct MyHost {
  static vectors::Handlers HandlersFor(CpuId);
};

Status Probe(percpu::MinimalCpu<MyHost>& cpu) {
#ifdef TRIVET_EXPECT_ERROR
  return cpu.HardwareEnable();
#else
  return cpu.HardwareEnable(percpu::MaskedAndPinned());
#endif
}

}  // namespace trivet
