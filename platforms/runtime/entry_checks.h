// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string_view>

// A test image without a test library, which would need the run time itself: each Check() prints a
// line, and the last line is the result.
namespace trivet::platforms {

/// Prints `what` and counts a failure.
void Check(bool condition, std::string_view what);

/// Checks the state at the start of main(), on the boot CPU: after the loader's start, and after a
/// start in each state of entry_states.h, with a dirty .bss.
void CheckEntry();

/// Prints the result of all checks and returns main's status.
int CheckedStatus();

}  // namespace trivet::platforms
