// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "benchmark/benchmark.h"
#include "freestanding/benchmark/counts.h"

namespace benchmark::internal {

/// Order statistics of samples, by nearest rank.
struct Spread {
  std::int64_t min = 0, p50 = 0, p90 = 0, p99 = 0, max = 0;

  /// Sorts `samples`, of which there is at least one.
  static Spread Of(std::span<std::int64_t> samples);

  struct Rank {
    std::string_view name;
    std::int64_t percent;
    std::int64_t Spread::* value;
  };
  static const Rank kRanks[5];
};

/// How single passes through the loop spread: each in a run of its own.
struct Spreads {
  int samples = 0;       ///< 0: none were taken.
  std::int64_t per = 1;  ///< Iterations in a pass.
  Spread cycles, ticks;  ///< Per pass.
};

/// What a benchmark costs, without the loop around it.
struct Measurement {
  enum class Outcome : std::uint8_t { kMeasured, kSkipped, kError };

  Outcome outcome = Outcome::kMeasured;
  std::string_view message;       ///< When it was skipped or failed.
  IterationCount iterations = 0;  ///< `total` is over this many.
  Counts total;                   ///< The smallest of the repetitions, per counter.
  bool repeatable = true;         ///< Every repetition counted the same instructions.
  Spreads spreads;
  trivet::text::Text<80> label;
  UserCounters counters;
};

/// The cost of the loops and of PauseTiming with ResumeTiming, measured on empty regions:
/// subtracted from every measurement.
class Calibration {
 public:
  /// Measures them. The counters run.
  Calibration();

  Measurement Measure(const Benchmark& benchmark, const Benchmark::Instance& arguments) const;

  static constexpr IterationCount kIterations = 1024;
  /// Where cycles follow instructions, as under QEMU's -icount: counts are exact, a mean of many
  /// adds nothing.
  static constexpr IterationCount kExactIterations = 64;
  /// Over kIterations passes, or pairs.
  const Counts& range_for() const { return range_for_; }
  const Counts& pause_resume() const { return pause_resume_; }
  /// False where the cycle counter follows the instruction counter: there is nothing to sample.
  bool cycles_mean_something() const;

 private:
  Counts OwnCost(const State& state) const;
  Spreads Sample(const Benchmark& benchmark, const Benchmark::Instance& arguments) const;

  Counts range_for_, keep_running_, pause_resume_;
  Counts range_for_once_, keep_running_once_;  ///< One pass with the readings at either end.
  Counts pause_resume_once_;                   ///< In such a pass: the mean of many is more.
};

}  // namespace benchmark::internal
