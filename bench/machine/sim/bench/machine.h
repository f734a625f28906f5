// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "hal/cpu.h"
#include "percpu/host_kind.h"
#include "sim/pe/machine.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "sim/profiles/profile.h"
#include "tests/support/host_of_kind.h"

/// The CPUs a benchmark runs on: simulated ones.
namespace trivet::bench {

/// A CPU with a host of `kind`.
inline std::unique_ptr<sim::Pe> MakePe(percpu::HostKind kind, std::uint64_t id = 0) {
  const char* const model = kind == percpu::HostKind::kVhe ? "neoverse-v1" : "cortex-a72";
  auto pe = std::make_unique<sim::Pe>(sim::ProfileNamed(model), CpuId{id});
  const sim::ScopedPe current(*pe);
  tests::BecomeHost(hal::HcrEl2::Inert(), kind);
  return pe;
}

/// A machine with as many CPUs as there can be. Made once, as making it takes longer than a sample.
inline sim::Machine& MostPes() {
  static sim::Machine machine(sim::ProfileNamed("cortex-a72"), sim::Machine::kMostPes);
  return machine;
}

class CpuSet {
 public:
  static constexpr int kSize = 32;

  explicit CpuSet(percpu::HostKind kind = percpu::HostKind::kNvhe) {
    for (int i = 0; i < kSize; ++i) pes_.push_back(MakePe(kind, static_cast<std::uint64_t>(i)));
  }
  /// Every kind of host can be simulated.
  bool exist() const { return true; }

  /// Calls f(i) with the i-th simulated CPU as hal::Cpu, for each.
  template <class F>
  void OnEach(F f) {
    for (int i = 0; i < kSize; ++i) {
      const sim::ScopedPe current(*pes_[i]);
      f(i);
    }
  }

  sim::Pe& first() { return *pes_[0]; }

 private:
  std::vector<std::unique_ptr<sim::Pe>> pes_;
};

/// One CPU as hal::Cpu for its lifetime: its own, or the first of a set.
class OneCpu {
 public:
  explicit OneCpu(percpu::HostKind kind = percpu::HostKind::kNvhe)
      : own_(MakePe(kind)), current_(*own_) {}
  bool exists() const { return true; }
  explicit OneCpu(CpuSet& set) : current_(set.first()) {}

 private:
  std::unique_ptr<sim::Pe> own_;
  sim::ScopedPe current_;
};

/// Times `loop`, `rest` included: a host's clock is too coarse to take it off.
template <class F, class G>
void MeasureWithout(benchmark::State& state, F loop, G) {
  loop(state);
}

/// What a PE did, by its trace.
struct Events {
  double isb = 0, msr = 0, tlbi = 0;

  Events& operator+=(const Events& more) {
    isb += more.isb;
    msr += more.msr;
    tlbi += more.tlbi;
    return *this;
  }
};
inline Events EventsSince(const sim::Trace& trace, std::uint64_t from) {
  Events events;
  for (std::uint64_t i = from; i < trace.size(); ++i) {
    const sim::EventKind kind = trace[i].kind();
    events.isb += kind == sim::EventKind::kIsb;
    events.msr += kind == sim::EventKind::kWrite || kind == sim::EventKind::kDaifChange;
    events.tlbi += kind == sim::EventKind::kTlbi;
  }
  return events;
}
/// The current PE's in `operation`.
template <class F>
Events EventsOf(F operation) {
  const sim::Trace& trace = sim::ScopedPe::Current().trace();
  const std::uint64_t from = trace.size();
  operation();
  return EventsSince(trace, from);
}
inline void Report(benchmark::State& state, const Events& events, double per = 1) {
  state.counters["isb"] = events.isb / per;
  state.counters["msr"] = events.msr / per;
  state.counters["tlbi"] = events.tlbi / per;
}

/// Reports the ISBs, MSRs and TLBIs of `operation`, done once more, less those of `rest`. Exact,
/// for this source on this CPU; the EL2 target, whose counters cannot tell them apart, reports
/// none.
template <class F, class G>
void CountEvents(benchmark::State& state, F operation, G rest) {
  const Events whole = EventsOf(operation), part = EventsOf(rest);
  Report(state, {whole.isb - part.isb, whole.msr - part.msr, whole.tlbi - part.tlbi});
}
template <class F>
void CountEvents(benchmark::State& state, F operation) {
  CountEvents(state, operation, [] {});
}

}  // namespace trivet::bench
