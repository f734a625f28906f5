#include "platforms/runtime/entry_checks.h"

// The checks that need neither other CPUs nor interrupts.
int main() {
  trivet::platforms::CheckEntry();
  return trivet::platforms::CheckedStatus();
}
