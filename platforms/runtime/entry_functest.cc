// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/control_checks.h"
#include "platforms/runtime/entry_checks.h"

// The checks that need neither other CPUs nor interrupts, of an image that EL3 starts with.
int main() {
  trivet::platforms::CheckEntry();
  trivet::platforms::CheckWhatEl3Leaves();
  return trivet::platforms::CheckedStatus();
}
