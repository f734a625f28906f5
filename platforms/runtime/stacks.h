// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace trivet::platforms {

/// A CPU's stack above a page that the tables do not map: an overflow faults.
struct alignas(4096) GuardedStack {
  std::byte guard[4096];
  std::byte space[0x4000];

  std::uintptr_t top() const { return reinterpret_cast<std::uintptr_t>(space + sizeof(space)); }
};

/// The stacks of the secondary CPUs, by index. The boot CPU's stack is in image.ld.
std::span<GuardedStack> SecondaryStacks();

/// Whether `address` is in a guard page. Any EL, any mask state.
bool IsStackGuard(std::uintptr_t address);

}  // namespace trivet::platforms
