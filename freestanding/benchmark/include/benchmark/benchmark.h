// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

// Google Benchmark's API for EL2 images: no heap, no floating point, fixed iteration counts. What a
// benchmark costs is counted in instructions, not estimated; README.md lists what is missing.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <type_traits>

#include "benchmark/internal/counters.h"
#include "freestanding/benchmark/counts.h"
#include "freestanding/text/text.h"

namespace benchmark {

using IterationCount = std::int64_t;

/// A user counter. Google Benchmark's is a double; EL2 code has no floating point.
struct Counter {
  std::int64_t value = 0;
  constexpr Counter() = default;
  constexpr Counter(std::int64_t v)
      : value(v) {}  // NOLINT(google-explicit-constructor): as upstream
};

/// `state.counters["name"] = value`, up to 8 of them.
class UserCounters {
 public:
  struct Entry {
    std::string_view name;
    Counter counter;
  };

  /// `name` must outlive the benchmark's report: a literal. A ninth name shares the eighth's place.
  Counter& operator[](std::string_view name);
  const Entry* begin() const { return entries_; }
  const Entry* end() const { return entries_ + count_; }

 private:
  static constexpr std::size_t kMost = 8;
  std::size_t count_ = 0;
  Entry entries_[kMost] = {};
};

namespace internal {
/// How a benchmark loops decides what the loop itself costs.
enum class LoopStyle : std::uint8_t { kNone, kRangeFor, kKeepRunning };
}  // namespace internal

/// What a benchmark function gets: the loop, and what it says about its run.
class State {
 public:
  class Iterator;

  /// One that runs no loop: a part of another's count.
  State() : State(0, nullptr) {}
  State(IterationCount iterations, const std::int64_t* ranges)
      : max_iterations(iterations), ranges_(ranges) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Iterator begin();
  Iterator end();

  bool KeepRunning() { return KeepRunningBatch(1); }
  /// True while iterations are left; one pass counts as `n` iterations.
  [[gnu::noinline]] bool KeepRunningBatch(IterationCount n);

  /// What stands between these is not counted; what the two calls themselves cost is measured
  /// beforehand and taken off.
  [[gnu::always_inline]] void PauseTiming() {
    internal::Counts now;
    internal::ReadAtEnd(now);
    counted_ = counted_ + internal::Elapsed(start_, now);
    ++pauses_;
  }
  [[gnu::always_inline]] void ResumeTiming() { internal::ReadAtStart(start_); }

  /// The benchmark fails; the loop should be left. `message` must be a literal.
  void SkipWithError(std::string_view message);
  /// The benchmark cannot run here, which is not a failure.
  void SkipWithMessage(std::string_view message);
  /// Takes what `rest` counted off this count: the same loop, run as often, without the operation
  /// that this one is about. The cost of both loops drops out. Not in Google Benchmark.
  void Deduct(const State& rest);
  /// Adds what `part` counted between ResumeTiming and PauseTiming, as often as that was: another
  /// CPU's share. After the loop; once for each part. Not in Google Benchmark.
  void Include(const State& part);
  bool skipped() const { return skipped_ != Skip::kNo; }
  bool error_occurred() const { return skipped_ == Skip::kError; }

  /// A note for the report, at most 80 characters.
  void SetLabel(std::string_view label) { label_ << label; }
  std::int64_t range(std::size_t at = 0) const { return ranges_[at]; }
  IterationCount iterations() const { return max_iterations - remaining_; }

  UserCounters counters;
  const IterationCount max_iterations;

  // For the runner.
  const internal::Counts& counted() const { return counted_; }
  std::int64_t pauses() const { return pauses_; }
  std::int64_t passes() const { return passes_; }
  internal::LoopStyle style() const { return style_; }
  bool finished() const { return finished_; }
  std::string_view message() const { return message_; }
  std::string_view label() const { return label_.view(); }

 private:
  enum class Skip : std::uint8_t { kNo, kMessage, kError };

  void Start(internal::LoopStyle style);
  [[gnu::always_inline]] void Finish() {
    internal::Counts now;
    internal::ReadAtEnd(now);
    FinishAt(now);
  }
  void FinishAt(const internal::Counts& now);

  const std::int64_t* ranges_;
  internal::Counts start_;
  internal::Counts counted_;
  std::int64_t pauses_ = 0;
  std::int64_t passes_ = 0;
  IterationCount remaining_ = 0;
  internal::LoopStyle style_ = internal::LoopStyle::kNone;
  Skip skipped_ = Skip::kNo;
  bool finished_ = false;
  std::string_view message_;
  trivet::text::Text<80> label_;
};

class State::Iterator {
 public:
  struct [[maybe_unused]] Value {};

  [[gnu::always_inline]] Value operator*() const { return {}; }
  [[gnu::always_inline]] Iterator& operator++() {
    internal::CountDown(remaining_, 1);
    return *this;
  }
  [[gnu::always_inline]] bool operator!=(const Iterator&) const {
    if (remaining_ != 0) [[likely]]
      return true;
    state_->Finish();
    return false;
  }

 private:
  friend class State;
  Iterator(State* state, IterationCount remaining) : remaining_(remaining), state_(state) {}

  IterationCount remaining_;
  State* state_;
};

[[gnu::always_inline]] inline State::Iterator State::begin() {
  return {this, skipped() ? 0 : max_iterations};
}
[[gnu::always_inline]] inline State::Iterator State::end() {
  Start(internal::LoopStyle::kRangeFor);
  internal::ReadAtStart(start_);
  return {nullptr, 0};
}

/// Makes the compiler treat `value` as used, and (not const) changed. A scalar stays in its
/// register.
template <class T>
[[gnu::always_inline]] inline void DoNotOptimize(const T& value) {
  if constexpr (std::is_scalar_v<T>) {
    asm volatile("" : : "r"(value) : "memory");
  } else {
    asm volatile("" : : "m"(value) : "memory");
  }
}
template <class T>
[[gnu::always_inline]] inline void DoNotOptimize(T& value) {
  if constexpr (std::is_scalar_v<T>) {
    asm volatile("" : "+r"(value) : : "memory");
  } else {
    asm volatile("" : "+m"(value) : : "memory");
  }
}
/// Makes the compiler treat all memory as read and written.
[[gnu::always_inline]] inline void ClobberMemory() { asm volatile("" : : : "memory"); }

using Function = void(State&);

namespace internal {

/// One BENCHMARK, in static storage, registered from .init_array.
class Benchmark {
 public:
  static constexpr std::size_t kMostArguments = 3;
  static constexpr std::size_t kMostInstances = 32;
  struct Instance {
    std::int64_t values[kMostArguments] = {};
    std::size_t count = 0;
  };

  constexpr Benchmark(const char* name, Function* function) : name_(name), function_(function) {}

  Benchmark* Register();

  /// `name` must be a literal.
  Benchmark* Name(const char* name) {
    name_ = name;
    return this;
  }
  Benchmark* Arg(std::int64_t value) { return Args({value}); }
  Benchmark* Args(std::initializer_list<std::int64_t> values);
  Benchmark* DenseRange(std::int64_t first, std::int64_t last, int step = 1);
  /// Iterations to count over, instead of the runner's.
  Benchmark* Iterations(IterationCount iterations) {
    iterations_ = iterations;
    return this;
  }

  const char* name() const { return name_; }
  Function* function() const { return function_; }
  IterationCount iterations() const { return iterations_; }
  std::size_t instances() const { return count_ == 0 ? 1 : count_; }
  const Instance& instance(std::size_t at) const { return instances_[at]; }
  const Benchmark* next() const { return next_; }

 private:
  const char* name_;
  Function* function_;
  IterationCount iterations_ = 0;
  std::size_t count_ = 0;
  Instance instances_[kMostInstances] = {};
  Benchmark* next_ = nullptr;
};

/// In order of registration; null when there is none.
const Benchmark* FirstBenchmark();

}  // namespace internal
}  // namespace benchmark

#define BENCHMARK_CONCAT_(a, b) a##b
#define BENCHMARK_CONCAT(a, b) BENCHMARK_CONCAT_(a, b)
#define BENCHMARK_REGISTER_(name, counter, ...)                                                    \
  static constinit ::benchmark::internal::Benchmark BENCHMARK_CONCAT(benchmark_storage_, counter)( \
      name, __VA_ARGS__);                                                                          \
  [[maybe_unused]] static ::benchmark::internal::Benchmark* const BENCHMARK_CONCAT(                \
      benchmark_, counter) = BENCHMARK_CONCAT(benchmark_storage_, counter).Register()

#define BENCHMARK(...) BENCHMARK_REGISTER_(#__VA_ARGS__, __COUNTER__, __VA_ARGS__)
#define BENCHMARK_TEMPLATE(function, ...) \
  BENCHMARK_REGISTER_(#function "<" #__VA_ARGS__ ">", __COUNTER__, function<__VA_ARGS__>)
#define BENCHMARK_CAPTURE(function, name, ...)          \
  BENCHMARK_REGISTER_(#function "/" #name, __COUNTER__, \
                      [](::benchmark::State& state) { function(state, __VA_ARGS__); })
/// main() comes with //bench:benchmark_main.
#define BENCHMARK_MAIN() static_assert(true)
