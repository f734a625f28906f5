// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <optional>
#include <string>

#include "tools/runner/child.h"
#include "tools/runner/status.h"

namespace trivet::runner {

/// What a run must end like.
struct Expectation {
  std::string line;  ///< a whole line of the console; empty: none is needed
  int status = 0;    ///< the guest's
};

/// The rule: the guest must stop with the expected status, and have printed the expected line.
Verdict JudgeStatus(int status, const Expectation& expected, bool line_seen);

/// The same for a guest of an emulator, which ends as `end` says. `printed`: the status that its
/// console gave, where the emulator's own is not the guest's; a failure of either is a failure.
Verdict Judge(const ChildEnd& end, const Expectation& expected, bool line_seen,
              std::optional<int> printed, int timeout_seconds);

}  // namespace trivet::runner
