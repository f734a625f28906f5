#include "platforms/image_lines.h"
#include "platforms/runtime/console.h"

// Fails the way a test image does, but claims to have passed: the status must win.
int main() {
  trivet::platforms::ConsoleWrite(trivet::platforms::ResultLine(true));
  return 7;
}
