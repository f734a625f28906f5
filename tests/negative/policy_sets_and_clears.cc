// SPDX-License-Identifier: Apache-2.0 OR MIT
// A policy cannot set and clear the same bit.
#include "percpu/policy.h"

namespace trivet {

struct MyPolicy : percpu::PerRunPolicy {
#ifdef TRIVET_EXPECT_ERROR
  static constexpr hal::HcrEl2 kHcrClear = hal::HcrEl2().imo(true);
#else
  static constexpr hal::HcrEl2 kHcrClear = hal::HcrEl2().twi(true);
#endif
};

static_assert(percpu::Policy<MyPolicy>);

}  // namespace trivet
