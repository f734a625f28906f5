// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "freestanding/benchmark/measure.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace benchmark::internal {
namespace {

/// Two runs are compared, this many iterations long and that much longer: what they share (function
/// entry, the readings at either end) drops out of the difference.
constexpr IterationCount kShortRun = 16;
constexpr int kRepetitions = 3;
constexpr std::size_t kSamples = 256;

void EmptyRangeFor(State& state) {
  for (auto _ : state) ClobberMemory();
}
void EmptyKeepRunning(State& state) {
  while (state.KeepRunning()) ClobberMemory();
}
void EmptyPauses(State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    ClobberMemory();
    state.ResumeTiming();
  }
}

/// What `function` counts for `kIterations` iterations, loop included.
Counts CountEmpty(Function* function) {
  Counts counted[2];
  for (int warm_up = 0; warm_up < 2; ++warm_up) {
    State shorter(kShortRun, nullptr), longer(kShortRun + Calibration::kIterations, nullptr);
    function(shorter);
    function(longer);
    counted[warm_up] = longer.counted() - shorter.counted();
  }
  return counted[1];
}

Counts Smallest(const Counts& a, const Counts& b) {
  return {std::min(a.instructions, b.instructions), std::min(a.cycles, b.cycles),
          std::min(a.ticks, b.ticks)};
}

/// What one empty pass and the readings around it cost: the least of several.
Counts CountOnce(Function* function) {
  Counts least;
  for (int run = 0; run < 16; ++run) {
    State once(1, nullptr);
    function(once);
    least = run == 0 ? once.counted() : Smallest(least, once.counted());
  }
  return least;
}

/// True when `state` ran its loop to the end; otherwise says why not.
bool RanToTheEnd(const State& state, Measurement& result) {
  if (state.skipped()) {
    result.outcome =
        state.error_occurred() ? Measurement::Outcome::kError : Measurement::Outcome::kSkipped;
    result.message = state.message();
  } else if (!state.finished()) {
    result.outcome = Measurement::Outcome::kError;
    result.message = "the function returned without finishing its loop";
  }
  return result.outcome == Measurement::Outcome::kMeasured;
}

}  // namespace

constinit const Spread::Rank Spread::kRanks[5] = {{"min", 0, &Spread::min},
                                                  {"p50", 50, &Spread::p50},
                                                  {"p90", 90, &Spread::p90},
                                                  {"p99", 99, &Spread::p99},
                                                  {"max", 100, &Spread::max}};

Spread Spread::Of(std::span<std::int64_t> samples) {
  std::ranges::sort(samples);
  const auto size = static_cast<std::int64_t>(samples.size());
  Spread spread;
  for (const Rank& rank : kRanks) {
    const std::int64_t at = std::max<std::int64_t>((size * rank.percent + 99) / 100, 1) - 1;
    spread.*rank.value = samples[static_cast<std::size_t>(at)];
  }
  return spread;
}

Calibration::Calibration()
    : range_for_(CountEmpty(EmptyRangeFor)),
      keep_running_(CountEmpty(EmptyKeepRunning)),
      pause_resume_(CountEmpty(EmptyPauses) - range_for_),
      range_for_once_(CountOnce(EmptyRangeFor)),
      keep_running_once_(CountOnce(EmptyKeepRunning)),
      pause_resume_once_(CountOnce(EmptyPauses) - range_for_once_) {}

/// The difference of two lengths: the order in which the counters are read is not in it.
bool Calibration::cycles_mean_something() const {
  return range_for_.cycles != range_for_.instructions;
}

Counts Calibration::OwnCost(const State& state) const {
  const Counts& pass = state.style() == LoopStyle::kRangeFor ? range_for_ : keep_running_;
  return pass.Scaled(state.passes(), kIterations) +
         pause_resume_.Scaled(state.pauses(), kIterations);
}

Measurement Calibration::Measure(const Benchmark& benchmark,
                                 const Benchmark::Instance& arguments) const {
  Measurement result;
  const IterationCount enough = cycles_mean_something() ? kIterations : kExactIterations;
  result.iterations = benchmark.iterations() > 0 ? benchmark.iterations() : enough;
  for (int repetition = -1; repetition < kRepetitions; ++repetition) {  // -1 is the warm-up.
    State shorter(kShortRun, arguments.values),
        longer(kShortRun + result.iterations, arguments.values);
    benchmark.function()(shorter);
    if (!RanToTheEnd(shorter, result)) return result;
    benchmark.function()(longer);
    if (!RanToTheEnd(longer, result)) return result;

    const Counts cost =
        (longer.counted() - OwnCost(longer)) - (shorter.counted() - OwnCost(shorter));
    if (repetition == 0) result.total = cost;
    if (repetition > 0) {
      result.repeatable = result.repeatable && cost.instructions == result.total.instructions;
      result.total = Smallest(result.total, cost);
    }
    result.label = {};
    result.label << longer.label();
    result.counters = longer.counters;
  }
  if (cycles_mean_something()) result.spreads = Sample(benchmark, arguments);
  return result;
}

Spreads Calibration::Sample(const Benchmark& benchmark,
                            const Benchmark::Instance& arguments) const {
  static constinit std::array<std::int64_t, kSamples> cycles = {}, ticks = {};
  Spreads spreads;
  for (std::size_t i = 0; i < kSamples; ++i) {
    State once(1, arguments.values);
    benchmark.function()(once);
    if (once.skipped() || !once.finished()) return {};
    const Counts& empty =
        once.style() == LoopStyle::kRangeFor ? range_for_once_ : keep_running_once_;
    const Counts cost = once.counted() - empty - pause_resume_once_.Scaled(once.pauses(), 1);
    cycles[i] = cost.cycles;
    ticks[i] = cost.ticks;
    spreads.per = once.iterations();
  }
  spreads.samples = kSamples;
  spreads.cycles = Spread::Of(cycles);
  spreads.ticks = Spread::Of(ticks);
  return spreads;
}

}  // namespace benchmark::internal
