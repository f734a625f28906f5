#pragma once

#include <cstdint>

#include "bench/freestanding/counts.h"

/// Counters that a test advances by hand: for the runner's own tests on the host.
namespace benchmark::internal {

inline constinit Counts fake_counts;

inline Counts Elapsed(const Counts& from, const Counts& to) { return to - from; }
/// Reading costs, as on a CPU: two before the region, one inside it.
inline void ReadAtStart(Counts& counts) {
  fake_counts = fake_counts + Counts{2, 2, 2};
  counts = fake_counts;
  fake_counts = fake_counts + Counts{1, 1, 1};
}
inline void ReadAtEnd(Counts& counts) {
  fake_counts = fake_counts + Counts{1, 1, 1};
  counts = fake_counts;
}
inline void CountDown(std::int64_t& remaining, std::int64_t by) {
  fake_counts = fake_counts + Counts{2, 2, 2};
  remaining -= by;
}

}  // namespace benchmark::internal
