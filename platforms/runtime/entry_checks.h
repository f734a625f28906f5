#pragma once

#include <string_view>

// A test image without a test library, which would itself stand on the runtime: each Check() is one
// line, and the last line is the verdict.
namespace trivet::platforms {

/// Prints what was checked, and counts a failure.
void Check(bool condition, std::string_view what);

/// Checks all that holds when main() starts, on the boot CPU. Starts the image a second time first,
/// over a dirty .bss: memory is zero when a machine starts.
void CheckEntry();

/// Prints the verdict on all checks, and returns main's status.
int CheckedStatus();

}  // namespace trivet::platforms
