#include "bench/freestanding/measure.h"

#include <algorithm>

namespace benchmark::internal {
namespace {

/// Two runs are compared, this many iterations long and that much longer: what they share (function
/// entry, the readings at either end) drops out of the difference.
constexpr IterationCount kShortRun = 16;
constexpr int kRepetitions = 3;

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

Calibration::Calibration()
    : range_for_(CountEmpty(EmptyRangeFor)),
      keep_running_(CountEmpty(EmptyKeepRunning)),
      pause_resume_(CountEmpty(EmptyPauses) - range_for_) {}

Counts Calibration::OwnCost(const State& state) const {
  const Counts& pass = state.style() == LoopStyle::kRangeFor ? range_for_ : keep_running_;
  return pass.Scaled(state.passes(), kIterations) +
         pause_resume_.Scaled(state.pauses(), kIterations);
}

Measurement Calibration::Measure(const Benchmark& benchmark,
                                 const Benchmark::Instance& arguments) const {
  Measurement result;
  result.iterations = benchmark.iterations() > 0 ? benchmark.iterations() : kIterations;
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
  return result;
}

}  // namespace benchmark::internal
