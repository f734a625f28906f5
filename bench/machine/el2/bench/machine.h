// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <benchmark/benchmark.h>

#include <optional>
#include <utility>

#include "percpu/host_kind.h"
#include "tests/support/host_of_kind.h"

/// The CPUs a benchmark runs on: at EL2 the one that executes it.
namespace trivet::bench {

using tests::HostOfKind;

class CpuSet {
 public:
  static constexpr int kSize = 1;

  explicit CpuSet(percpu::HostKind kind = percpu::HostKind::kNvhe) : host_(kind) {}
  bool exist() const { return host_.exists(); }

  template <class F>
  [[gnu::always_inline]] void OnEach(F f) {
    f(0);
  }

 private:
  HostOfKind host_;
};

class [[maybe_unused]] OneCpu {
 public:
  explicit OneCpu(percpu::HostKind kind = percpu::HostKind::kNvhe) : own_(std::in_place, kind) {}
  explicit OneCpu(CpuSet&) {}
  bool exists() const { return !own_ || own_->exists(); }

 private:
  std::optional<HostOfKind> own_;
};

/// Counts `loop` without what `rest` counts: the same loop, run as often, without the operation
/// that `loop` is about.
template <class F, class G>
void MeasureWithout(benchmark::State& state, F loop, G rest) {
  benchmark::State baseline(state.max_iterations, nullptr);
  rest(baseline);
  loop(state);
  state.Deduct(baseline);
}

/// Does the operations once: the simulator's target reports their ISBs, MSRs and TLBIs, which this
/// CPU's counters cannot tell apart.
template <class... F>
void CountEvents(benchmark::State&, F... operations) {
  (operations(), ...);
}

}  // namespace trivet::bench
