// What owning a CPU's EL2 costs: enable, disable, both, and asking.

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

/// The whole contract: everything checked, saved, verified.
struct Full {
  static inline constinit percpu::PerCpu<BenchHost> cpus[CpuSet::kSize];

  /// Binds each object to its CPU, the first time.
  static void Ready(int i) { (void)cpus[i].Create(Cpu::CurrentCpu()); }
  static Status Enable(int i) { return cpus[i].HardwareEnable(); }
  static Status Disable(int i) { return cpus[i].HardwareDisable(); }
};

/// The work of the hand-written limits; the state check and the result come on top.
struct Minimal {
  static inline constinit percpu::MinimalCpu<BenchHost> cpus[CpuSet::kSize];
  static constexpr percpu::MaskedAndPinned kPromise = {};

  static void Ready(int i) { (void)cpus[i].Claim(kPromise); }
  static Status Enable(int i) { return cpus[i].HardwareEnable(kPromise); }
  static Status Disable(int i) { return cpus[i].HardwareDisable(kPromise); }
};

void Check(benchmark::State& state, Status status) {
  if (status != Status::kOk) [[unlikely]]
    state.SkipWithError(ToString(status));
}

/// Only enable is measured; the CPUs are disabled while the clock stands. Many simulated CPUs share
/// one pause, which costs a host far more than the operation.
template <class S>
void Enable(benchmark::State& state) {
  CpuSet cpus;
  cpus.OnEach(&S::Ready);
  Status last = Status::kOk;
  while (state.KeepRunningBatch(CpuSet::kSize)) {
    cpus.OnEach([&last](int i) { last = S::Enable(i); });
    state.PauseTiming();
    Check(state, last);
    cpus.OnEach([&state](int i) { Check(state, S::Disable(i)); });
    state.ResumeTiming();
  }
}
BENCHMARK(Enable<Full>)->Name("percpu/enable_full");
BENCHMARK(Enable<Minimal>)->Name("minimal/enable");

template <class S>
void Disable(benchmark::State& state) {
  CpuSet cpus;
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
}
BENCHMARK(Disable<Full>)->Name("percpu/disable_full");
BENCHMARK(Disable<Minimal>)->Name("minimal/disable");

template <class S>
void Pair(benchmark::State& state) {
  CpuSet cpus;
  cpus.OnEach(&S::Ready);
  const OneCpu cpu(cpus);
  Status enabled = Status::kOk, disabled = Status::kOk;
  for (auto _ : state) {
    enabled = S::Enable(0);
    disabled = S::Disable(0);
  }
  Check(state, enabled);
  Check(state, disabled);
}
BENCHMARK(Pair<Full>)->Name("percpu/pair_full");
BENCHMARK(Pair<Minimal>)->Name("minimal/pair");

void IsEnabled(benchmark::State& state) {
  for (auto _ : state) {
    bool enabled = Full::cpus[0].IsEnabled();
    benchmark::DoNotOptimize(enabled);
  }
}
BENCHMARK(IsEnabled)->Name("percpu/is_enabled");

void Audit(benchmark::State& state) {
  CpuSet cpus;
  cpus.OnEach(&Full::Ready);
  const OneCpu cpu(cpus);
  Check(state, Full::cpus[0].HardwareEnable());
  Status status = Status::kOk;
  for (auto _ : state) status = Full::cpus[0].Audit();
  Check(state, status);
  Check(state, Full::cpus[0].HardwareDisable());
}
BENCHMARK(Audit)->Name("percpu/audit");

}  // namespace
}  // namespace trivet::bench
