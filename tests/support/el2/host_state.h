#pragma once

#include <cstdint>

namespace trivet::tests {

/// What the test host keeps for one CPU: what it found, and what its own table took.
struct HostState {
  std::uint64_t vbar = 0;
  std::uint64_t hcr = 0;
  unsigned irqs = 0;
  unsigned fiqs = 0;
};

HostState& ThisHost();

}  // namespace trivet::tests
