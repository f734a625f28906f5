// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "freestanding/benchmark/counts.h"

/// Counters that a test advances by hand: for the runner's own tests on the host.
namespace benchmark::internal {

inline constinit Counts fake_counts;
/// What an instruction of the library itself takes.
inline constinit std::int64_t fake_cycles_per_instruction = 1;

inline void Spend(std::int64_t instructions) {
  fake_counts =
      fake_counts + Counts{instructions, instructions * fake_cycles_per_instruction, instructions};
}

inline Counts Elapsed(const Counts& from, const Counts& to) { return to - from; }
/// Reading costs, as on a CPU: two before the region, one inside it.
inline void ReadAtStart(Counts& counts) {
  Spend(2);
  counts = fake_counts;
  Spend(1);
}
inline void ReadAtEnd(Counts& counts) {
  Spend(1);
  counts = fake_counts;
}
inline void CountDown(std::int64_t& remaining, std::int64_t by) {
  Spend(2);
  remaining -= by;
}

}  // namespace benchmark::internal
