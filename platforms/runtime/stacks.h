#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace trivet::platforms {

/// A CPU's stack above a page that its tables leave out: one frame too many is a fault, not a write
/// into somebody else's memory.
struct alignas(4096) GuardedStack {
  std::byte guard[4096];
  std::byte space[0x4000];

  std::uintptr_t top() const { return reinterpret_cast<std::uintptr_t>(space + sizeof(space)); }
};

/// Of the CPUs but the boot CPU, by index. The boot CPU's is image.ld's.
std::span<GuardedStack> SecondaryStacks();

/// Whether `address` is in the guard of a stack. Any EL, any mask state.
bool IsStackGuard(std::uintptr_t address);

}  // namespace trivet::platforms
