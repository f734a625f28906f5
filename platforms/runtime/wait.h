// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/cpu.h"

namespace trivet::platforms {

/// Polls `condition` for up to `seconds` of the machine's own time. Returns what it last was.
template <class Condition>
bool WaitUntil(Condition condition, std::uint64_t seconds) {
  const auto now = [] {
    hal::Cpu::Isb();
    return hal::Cpu::Read<hal::CntpctEl0>().raw();
  };
  const std::uint64_t limit = seconds * hal::Cpu::Read<hal::CntfrqEl0>().raw();
  const std::uint64_t start = now();
  while (now() - start < limit) {
    if (condition()) return true;
  }
  return condition();
}

}  // namespace trivet::platforms
