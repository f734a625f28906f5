#pragma once

#include <cstdint>
#include <string_view>

#include "bench/freestanding/counts.h"
#include "benchmark/benchmark.h"

namespace benchmark::internal {

/// What a benchmark costs, without the loop around it.
struct Measurement {
  enum class Outcome : std::uint8_t { kMeasured, kSkipped, kError };

  Outcome outcome = Outcome::kMeasured;
  std::string_view message;       ///< When it was skipped or failed.
  IterationCount iterations = 0;  ///< `total` is over this many.
  Counts total;                   ///< The smallest of the repetitions, per counter.
  bool repeatable = true;         ///< Every repetition counted the same instructions.
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
  /// Over kIterations passes, or pairs.
  const Counts& range_for() const { return range_for_; }
  const Counts& pause_resume() const { return pause_resume_; }

 private:
  Counts OwnCost(const State& state) const;

  Counts range_for_, keep_running_, pause_resume_;
};

}  // namespace benchmark::internal
