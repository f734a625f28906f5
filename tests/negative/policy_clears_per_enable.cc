// SPDX-License-Identifier: Apache-2.0 OR MIT
// A policy clears bits per run only: with IMO clear, an EL2 host receives no IRQs.
#include "percpu/policy.h"

namespace trivet {

struct MyPolicy : percpu::DefaultPolicy {
  static constexpr hal::HcrEl2 kHcrSet = hal::HcrEl2().vm(true).rw(true);
#ifdef TRIVET_EXPECT_ERROR
  static constexpr hal::HcrEl2 kHcrClear = hal::HcrEl2().imo(true);
#else
  static constexpr hal::HcrEl2 kHcrClear = hal::HcrEl2().imo(true);
  static constexpr percpu::VectorSwitch kVectors = percpu::VectorSwitch::kPerRun;
#endif
};

static_assert(percpu::Policy<MyPolicy>);

}  // namespace trivet
