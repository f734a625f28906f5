// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <vector>

namespace trivet::lab::board {

/// What came of starting the image.
struct Run {
  std::string console;
  bool failed = false;  ///< It did not end well: a deadline, a crash, or it never started.
};

/// Boots the image: `target` is what does it, `words` its options. Throws sim::Violation when it
/// cannot be started at all.
Run RunTarget(const std::string& target, const std::vector<std::string>& words);

/// Of a run that failed: one line, and the end of its console.
std::string FailureOf(const Run& run);

}  // namespace trivet::lab::board
