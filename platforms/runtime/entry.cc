// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstdint>

#include "platforms/runtime/boot.h"
#include "platforms/runtime/power.h"

extern "C" {
extern void (*__init_array_start[])();
extern void (*__init_array_end[])();

// Freestanding C++ gives `int main()` its mangled name; `extern "C" int main()` has the plain one.
// An image defines either: a strong definition of `main` replaces this weak one.
int TrivetMangledMain() asm("_Z4mainv");
[[gnu::weak]] int TrivetMain() asm("main");
int TrivetMain() { return TrivetMangledMain(); }

/// The boot CPU's first C++ code, from start.S, with the loader's x0.
[[noreturn]] void trivet_boot_main(std::uint64_t loader_argument) {
  trivet::platforms::DescribeThisMachine(loader_argument);
  trivet::platforms::PrepareThisCpu();
  trivet::platforms::FindCpus();
  trivet::platforms::RegisterBootCpu();
  for (auto constructor = __init_array_start; constructor != __init_array_end; ++constructor) {
    (*constructor)();
  }
  trivet::platforms::PowerOff(TrivetMain());
}

}  // extern "C"
