#include "platforms/runtime/console.h"

// Dies in the early vectors: the console must show the report, the status must be 101.
int main() {
  trivet::platforms::ConsoleWrite("about to execute an undefined instruction\n");
  asm volatile("udf #7");
  return 0;
}
