// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/isolation/performed.h"

#include <gtest/gtest.h>

namespace trivet::tests {

void Classification::Fill(IsolationRig& rig, const Level& level, hal::Capabilities open) {
  WriteAccessCode(level.pstate);
  rig.NewGuest(1, open);
  for (unsigned i = 0; i < Access::kCount; ++i) {
    const Access access(i);
    const Attempt attempt = Try(rig, access, level.pstate, ValueFor(access));
    ++counts_[access.is_read() ? 1 : 0][static_cast<unsigned>(attempt.outcome)];
    Add({.access = access, .outcome = attempt.outcome, .value = attempt.result});
  }
}

void Classification::Add(const PerformedAccess& access) {
  const bool was_closed = access.outcome == Outcome::kTrapped ||
                          access.outcome == Outcome::kUndefined ||
                          access.outcome == Outcome::kGuestTrap;
  if (was_closed) return;
  ASSERT_LT(size_, kMost);
  performed_[size_++] = access;
}

}  // namespace trivet::tests
