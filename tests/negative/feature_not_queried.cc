// SPDX-License-Identifier: Apache-2.0 OR MIT
// CpuTraits::Has() must not compile for a feature outside kQueriedFeatures.
#include "percpu/host_kind.h"

namespace trivet {

bool Probe(const percpu::CpuTraits& cpu) {
#ifdef TRIVET_EXPECT_ERROR
  return cpu.Has<hal::Feature::kBti>();
#else
  return cpu.Has<hal::Feature::kFgt>();
#endif
}

}  // namespace trivet
