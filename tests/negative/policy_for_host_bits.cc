// SPDX-License-Identifier: Apache-2.0 OR MIT
// A policy cannot name E2H or TGE.
#include "percpu/policy.h"

namespace trivet {

struct MyPolicy : percpu::DefaultPolicy {
#ifdef TRIVET_EXPECT_ERROR
  static constexpr hal::HcrEl2 kHcrSet = DefaultPolicy::kHcrSet.tge(true);
#else
  static constexpr hal::HcrEl2 kHcrSet = DefaultPolicy::kHcrSet.twi(true);
#endif
};

static_assert(percpu::Policy<MyPolicy>);

}  // namespace trivet
