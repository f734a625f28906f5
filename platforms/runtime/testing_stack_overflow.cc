// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstddef>

#include "platforms/runtime/arguments.h"
#include "platforms/runtime/cpus.h"

namespace {

/// volatile, so that the compiler does not make a loop of it.
volatile std::size_t depth = 1'000'000;
std::size_t Recurse(std::size_t n) {
  volatile std::size_t frame[8] = {n};
  return n == 0 ? 0 : Recurse(n - 1) + frame[0];
}

void Overflow(unsigned, void*) { depth = Recurse(depth); }

}  // namespace

// Uses more stack than there is, on the boot CPU or, with the argument "secondary", on another.
int main() {
  if (!trivet::platforms::CommandLine().contains("secondary")) Overflow(0, nullptr);
  if (trivet::platforms::StartCpu(1, &Overflow, nullptr) != trivet::Status::kOk) return 1;
  for (;;) asm volatile("wfe");
}
