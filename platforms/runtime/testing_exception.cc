// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/console.h"

// Takes an exception in the early vectors: the console must show the report, with status 101.
int main() {
  trivet::platforms::ConsoleWrite("about to execute an undefined instruction\n");
  asm volatile("udf #7");
  return 0;
}
