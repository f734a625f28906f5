// SPDX-License-Identifier: Apache-2.0 OR MIT
// A Vcpu cannot be copied: the CPU's page points at the loaded one.
#include "vcpu/vcpu.h"

namespace trivet {

void Probe(vcpu::Vcpu& guest) {
#ifdef TRIVET_EXPECT_ERROR
  vcpu::Vcpu other = guest;
#else
  vcpu::Vcpu& other = guest;
#endif
  other.SkipInstruction();
}

}  // namespace trivet
