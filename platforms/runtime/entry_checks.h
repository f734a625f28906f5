#pragma once

#include <string_view>

// A test image without a test library, which would itself stand on the runtime: each Check() is one
// line, and the last line is the verdict.
namespace trivet::platforms {

/// Prints what was checked, and counts a failure.
void Check(bool condition, std::string_view what);

/// Checks all that holds when main() starts, on the boot CPU: as the loader started the image, and
/// then as it is started again in each of entry_states.h, over a dirty .bss.
void CheckEntry();

/// Prints the verdict on all checks, and returns main's status.
int CheckedStatus();

}  // namespace trivet::platforms
