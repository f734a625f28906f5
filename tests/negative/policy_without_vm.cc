// SPDX-License-Identifier: Apache-2.0 OR MIT
// A policy must set VM: without stage 2 guests are not isolated.
#include "percpu/policy.h"

namespace trivet {

struct MyPolicy : percpu::DefaultPolicy {
#ifdef TRIVET_EXPECT_ERROR
  static constexpr hal::HcrEl2 kHcrSet = DefaultPolicy::kHcrSet.vm(false);
#else
  static constexpr hal::HcrEl2 kHcrSet = DefaultPolicy::kHcrSet;
#endif
};

static_assert(percpu::Policy<MyPolicy>);

}  // namespace trivet
