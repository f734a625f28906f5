#include "platforms/runtime/entry_checks.h"

// All that can be checked where nobody starts other CPUs or lets interrupts through.
int main() {
  trivet::platforms::CheckEntry();
  return trivet::platforms::CheckedStatus();
}
