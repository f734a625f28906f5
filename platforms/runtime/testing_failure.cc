// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/image_lines.h"
#include "platforms/runtime/console.h"

// Prints the line of a passing image and fails: the status must decide.
int main() {
  trivet::platforms::ConsoleWrite(trivet::platforms::ResultLine(true));
  return 7;
}
