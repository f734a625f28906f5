// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "allcpus/member.h"

#include "allcpus/member_steps.h"

namespace trivet::allcpus {

void Member::Step(const LocalCpu& cpu, bool expired) {
  Steps<Pace::kOneStep>(*this, cpu, expired).Go();
}

}  // namespace trivet::allcpus
