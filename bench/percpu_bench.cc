// SPDX-License-Identifier: Apache-2.0 OR MIT
// What owning a CPU's EL2 costs: enable, disable, both, IsEnabled(), Audit().

#include <benchmark/benchmark.h>

#include "bench/host.h"
#include "bench/machine.h"
#include "hal/cpu.h"
#include "hal/status.h"
#include "percpu/minimal_cpu.h"
#include "percpu/per_cpu.h"

namespace trivet::bench {
namespace {

using hal::Cpu;

using percpu::HostKind;

/// The whole contract: everything checked, saved, verified.
template <percpu::Policy P = percpu::DefaultPolicy, HostKind kHostKind = HostKind::kNvhe>
struct Full {
  static constexpr HostKind kKind = kHostKind;
  static inline constinit percpu::PerCpu<BenchHost, P> cpus[CpuSet::kSize];

  /// Binds each object to its CPU, the first time.
  static void Ready(int i) { (void)cpus[i].Create(Cpu::CurrentCpu()); }
  static Status Enable(int i) { return cpus[i].HardwareEnable(); }
  static Status Disable(int i) { return cpus[i].HardwareDisable(); }
};
using FullVhe = Full<percpu::DefaultPolicy, HostKind::kVhe>;

/// The work of the hand-written limits; the state check and the result come on top.
template <percpu::Policy P = percpu::DefaultPolicy>
struct Minimal {
  static constexpr HostKind kKind = HostKind::kNvhe;
  static inline constinit percpu::MinimalCpu<BenchHost, P> cpus[CpuSet::kSize];
  static constexpr percpu::MaskedAndPinned kPromise = {};

  static void Ready(int i) { (void)cpus[i].Claim(kPromise); }
  static Status Enable(int i) { return cpus[i].HardwareEnable(kPromise); }
  static Status Disable(int i) { return cpus[i].HardwareDisable(kPromise); }
};

/// The same as two functions that are called.
struct Called {
  using Inlined = Minimal<percpu::DefaultPolicy>;
  static constexpr HostKind kKind = HostKind::kNvhe;
  static void Ready(int i) { Inlined::Ready(i); }
  [[gnu::noinline]] static Status Enable(int i) { return Inlined::Enable(i); }
  [[gnu::noinline]] static Status Disable(int i) { return Inlined::Disable(i); }
};

/// The registers alone: no state, no check, no result.
struct Body {
  static constexpr HostKind kKind = HostKind::kNvhe;
  static inline percpu::MinimalSwitch<> bodies[CpuSet::kSize];
  static void Ready(int) {}
  static Status Enable(int i) { return bodies[i].Into(), Status::kOk; }
  static Status Disable(int i) { return bodies[i].OutOf(), Status::kOk; }
};

constexpr const char* kNoSuchHost = "this CPU has no FEAT_VHE";

void Check(benchmark::State& state, Status status) {
  if (status != Status::kOk) [[unlikely]]
    state.SkipWithError(ToString(status));
}

/// Only enable is measured; the CPUs are disabled while the clock stands. Many simulated CPUs share
/// one pause, which costs a host far more than the operation.
template <class S>
void Enable(benchmark::State& state) {
  CpuSet cpus(S::kKind);
  if (!cpus.exist()) return state.SkipWithMessage(kNoSuchHost);
  cpus.OnEach(&S::Ready);
  Status last = Status::kOk;
  while (state.KeepRunningBatch(CpuSet::kSize)) {
    cpus.OnEach([&last](int i) { last = S::Enable(i); });
    state.PauseTiming();
    Check(state, last);
    cpus.OnEach([&state](int i) { Check(state, S::Disable(i)); });
    state.ResumeTiming();
  }
  const OneCpu cpu(cpus);
  CountEvents(state, [&] { Check(state, S::Enable(0)); });
  Check(state, S::Disable(0));
}
BENCHMARK(Enable<Full<>>)->Name("percpu/enable_full");
BENCHMARK(Enable<Full<percpu::BaselinePolicy>>)->Name("percpu/enable_full_baseline");
BENCHMARK(Enable<FullVhe>)->Name("percpu/enable_full_vhe");
BENCHMARK(Enable<Minimal<>>)->Name("minimal/enable");
BENCHMARK(Enable<Minimal<percpu::BaselinePolicy>>)->Name("minimal_baseline/enable");
BENCHMARK(Enable<Body>)->Name("minimal_body/enable");
BENCHMARK(Enable<Called>)->Name("minimal_called/enable");

template <class S>
void Disable(benchmark::State& state) {
  CpuSet cpus(S::kKind);
  if (!cpus.exist()) return state.SkipWithMessage(kNoSuchHost);
  cpus.OnEach(&S::Ready);
  Status last = Status::kOk;
  while (state.KeepRunningBatch(CpuSet::kSize)) {
    state.PauseTiming();
    cpus.OnEach([&state](int i) { Check(state, S::Enable(i)); });
    state.ResumeTiming();
    cpus.OnEach([&last](int i) { last = S::Disable(i); });
    state.PauseTiming();
    Check(state, last);
    state.ResumeTiming();
  }
  const OneCpu cpu(cpus);
  Check(state, S::Enable(0));
  CountEvents(state, [&] { Check(state, S::Disable(0)); });
}
BENCHMARK(Disable<Full<>>)->Name("percpu/disable_full");
BENCHMARK(Disable<Full<percpu::BaselinePolicy>>)->Name("percpu/disable_full_baseline");
BENCHMARK(Disable<FullVhe>)->Name("percpu/disable_full_vhe");
BENCHMARK(Disable<Minimal<>>)->Name("minimal/disable");
BENCHMARK(Disable<Minimal<percpu::BaselinePolicy>>)->Name("minimal_baseline/disable");
BENCHMARK(Disable<Body>)->Name("minimal_body/disable");
BENCHMARK(Disable<Called>)->Name("minimal_called/disable");

template <class S>
void Pair(benchmark::State& state) {
  CpuSet cpus(S::kKind);
  if (!cpus.exist()) return state.SkipWithMessage(kNoSuchHost);
  cpus.OnEach(&S::Ready);
  const OneCpu cpu(cpus);
  Status enabled = Status::kOk, disabled = Status::kOk;
  for (auto _ : state) {
    enabled = S::Enable(0);
    disabled = S::Disable(0);
  }
  Check(state, enabled);
  Check(state, disabled);
  CountEvents(state, [&] {
    Check(state, S::Enable(0));
    Check(state, S::Disable(0));
  });
}
BENCHMARK(Pair<Full<>>)->Name("percpu/pair_full");
BENCHMARK(Pair<Full<percpu::BaselinePolicy>>)->Name("percpu/pair_full_baseline");
BENCHMARK(Pair<FullVhe>)->Name("percpu/pair_full_vhe");
BENCHMARK(Pair<Minimal<>>)->Name("minimal/pair");
BENCHMARK(Pair<Minimal<percpu::BaselinePolicy>>)->Name("minimal_baseline/pair");
BENCHMARK(Pair<Body>)->Name("minimal_body/pair");
BENCHMARK(Pair<Called>)->Name("minimal_called/pair");

void IsEnabled(benchmark::State& state) {
  for (auto _ : state) {
    bool enabled = Full<>::cpus[0].IsEnabled();
    benchmark::DoNotOptimize(enabled);
  }
}
BENCHMARK(IsEnabled)->Name("percpu/is_enabled");

void Audit(benchmark::State& state) {
  CpuSet cpus;
  cpus.OnEach(&Full<>::Ready);
  const OneCpu cpu(cpus);
  Check(state, Full<>::cpus[0].HardwareEnable());
  Status status = Status::kOk;
  for (auto _ : state) status = Full<>::cpus[0].Audit();
  CountEvents(state, [&] { Check(state, Full<>::cpus[0].Audit()); });
  Check(state, status);
  Check(state, Full<>::cpus[0].HardwareDisable());
}
BENCHMARK(Audit)->Name("percpu/audit");

}  // namespace
}  // namespace trivet::bench
