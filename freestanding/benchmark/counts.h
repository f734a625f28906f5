// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace benchmark::internal {

/// What one region of code cost. Differences may be negative until the loop's own cost is taken
/// off.
struct Counts {
  std::int64_t instructions = 0;  ///< INST_RETIRED; meaningless unless the CPU counts it.
  std::int64_t cycles = 0;        ///< PMCCNTR_EL0.
  std::int64_t ticks = 0;         ///< CNTPCT_EL0.

  friend constexpr Counts operator+(Counts a, Counts b) {
    return {a.instructions + b.instructions, a.cycles + b.cycles, a.ticks + b.ticks};
  }
  friend constexpr Counts operator-(Counts a, Counts b) {
    return {a.instructions - b.instructions, a.cycles - b.cycles, a.ticks - b.ticks};
  }
  /// Scaled by `times` / `per`.
  constexpr Counts Scaled(std::int64_t times, std::int64_t per) const {
    return {instructions * times / per, cycles * times / per, ticks * times / per};
  }
  friend constexpr bool operator==(const Counts&, const Counts&) = default;
};

}  // namespace benchmark::internal
