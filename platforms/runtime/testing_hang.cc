// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/console.h"

// Never stops: the runner must show this console and end the machine.
int main() {
  trivet::platforms::ConsoleWrite("hanging now\n");
  for (;;) asm volatile("wfi");
}
