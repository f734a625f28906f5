// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/stacks.h"

#include "platforms/machine/description.h"

extern "C" const char __stack_guard[], __stack_start[];

namespace trivet::platforms {
namespace {

// Not cleared at the start: image.ld.
[[gnu::section(".bss.trivet_stacks")]] GuardedStack secondary_stacks[kMaxCpus];

bool IsWithin(std::uintptr_t address, const void* start, const void* end) {
  return address >= reinterpret_cast<std::uintptr_t>(start) &&
         address < reinterpret_cast<std::uintptr_t>(end);
}

}  // namespace

std::span<GuardedStack> SecondaryStacks() { return secondary_stacks; }

bool IsStackGuard(std::uintptr_t address) {
  bool found = IsWithin(address, __stack_guard, __stack_start);
  for (const GuardedStack& stack : secondary_stacks) {
    found = found || IsWithin(address, stack.guard, stack.space);
  }
  return found;
}

}  // namespace trivet::platforms
