// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <vector>

#include "sim/profiles/profile.h"

namespace trivet::lab::board::trace {

/// Where a trace runs.
struct Place {
  std::string target;              ///< What boots the image and shows its console.
  std::vector<std::string> words;  ///< Its options.
  bool on_qemu;
};

struct HowToRun {
  bool verbose = false;
  /// Whether a target that cannot run traces is a failure; else only a message.
  bool must_run = false;
};

/// Throws sim::Violation when there is no trace in `path`: before anything runs.
void CheckTraceFile(const std::string& path);

/// Runs the trace in `path` on the target, compares with a simulated `profile`, prints the report.
/// Returns how many lines differ unexplained. Throws sim::Violation when the file is no trace, the
/// run fails, or its output is damaged or incomplete.
std::size_t RunTraceFile(const Place& place, const sim::Profile& profile, const std::string& path,
                         HowToRun how);

}  // namespace trivet::lab::board::trace
