// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "benchmark/benchmark.h"

#include "freestanding/benchmark/platform.h"

namespace benchmark {

Counter& UserCounters::operator[](std::string_view name) {
  for (std::size_t i = 0; i < count_; ++i) {
    if (entries_[i].name == name) return entries_[i].counter;
  }
  if (count_ < kMost) entries_[count_++].name = name;
  return entries_[count_ - 1].counter;
}

void State::Start(internal::LoopStyle style) {
  style_ = style;
  passes_ = max_iterations;
  internal::LetWokenCpusSleep();
}

void State::FinishAt(const internal::Counts& now) {
  counted_ = counted_ + internal::Elapsed(start_, now);
  finished_ = true;
}

void State::Deduct(const State& rest) {
  counted_ = counted_ - rest.counted_;
  passes_ -= rest.passes_;
  pauses_ -= rest.pauses_;
}

/// ResumeTiming and PauseTiming around a region cost what PauseTiming and ResumeTiming around a gap
/// do.
void State::Include(const State& part) {
  counted_ = counted_ + part.counted_;
  pauses_ += part.pauses_;
}

bool State::KeepRunningBatch(IterationCount n) {
  if (style_ == internal::LoopStyle::kNone) {
    Start(internal::LoopStyle::kKeepRunning);
    passes_ = 0;
    remaining_ = skipped() ? 0 : max_iterations;
    internal::ReadAtStart(start_);
  }
  if (remaining_ > 0) [[likely]] {
    internal::CountDown(remaining_, n);
    ++passes_;
    return true;
  }
  Finish();
  return false;
}

void State::SkipWithError(std::string_view message) {
  skipped_ = Skip::kError;
  message_ = message;
}

void State::SkipWithMessage(std::string_view message) {
  skipped_ = Skip::kMessage;
  message_ = message;
}

namespace internal {
namespace {
constinit Benchmark* first = nullptr;
constinit Benchmark* last = nullptr;
}  // namespace

const Benchmark* FirstBenchmark() { return first; }

Benchmark* Benchmark::Register() {
  (last == nullptr ? first : last->next_) = this;
  last = this;
  return this;
}

Benchmark* Benchmark::Args(std::initializer_list<std::int64_t> values) {
  if (count_ == kMostInstances || values.size() > kMostArguments) {
    // Shows in the report as a benchmark that fails, not as one that is missing.
    function_ = [](State& state) { state.SkipWithError("too many arguments for this library"); };
    return this;
  }
  Instance& instance = instances_[count_++];
  for (const std::int64_t value : values) instance.values[instance.count++] = value;
  return this;
}

Benchmark* Benchmark::DenseRange(std::int64_t first_value, std::int64_t last_value, int step) {
  for (std::int64_t value = first_value; value <= last_value; value += step) Arg(value);
  return this;
}

}  // namespace internal
}  // namespace benchmark
