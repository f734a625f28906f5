// What owning a CPU's EL2 costs: enable, disable, both, and asking.

#include <benchmark/benchmark.h>

#include "bench/machine.h"
#include "hal/cpu.h"
#include "hal/status.h"
#include "percpu/per_cpu.h"

namespace trivet::bench {
namespace {

using hal::Cpu;

struct BenchHost {
  static vectors::Handlers HandlersFor(CpuId) {
    constexpr vectors::Handler kIgnore = [](vectors::CpuSlot&) {};
    return {kIgnore, kIgnore, kIgnore, kIgnore};
  }
};

using BenchCpu = percpu::PerCpu<BenchHost>;
constinit BenchCpu per_cpu[CpuSet::kSize];

/// Binds each object to its CPU, the first time.
void CreateAll(CpuSet& cpus) {
  cpus.OnEach([](int i) { (void)per_cpu[i].Create(Cpu::CurrentCpu()); });
}

void Check(benchmark::State& state, Status status) {
  if (status != Status::kOk) [[unlikely]]
    state.SkipWithError(ToString(status));
}

/// Only enable is measured; the CPUs are disabled while the clock stands. Many simulated CPUs share
/// one pause, which costs a host far more than the operation.
void Enable(benchmark::State& state) {
  CpuSet cpus;
  CreateAll(cpus);
  Status last = Status::kOk;
  while (state.KeepRunningBatch(CpuSet::kSize)) {
    cpus.OnEach([&last](int i) { last = per_cpu[i].HardwareEnable(); });
    state.PauseTiming();
    Check(state, last);
    cpus.OnEach([&state](int i) { Check(state, per_cpu[i].HardwareDisable()); });
    state.ResumeTiming();
  }
}
BENCHMARK(Enable)->Name("percpu/enable");

void Disable(benchmark::State& state) {
  CpuSet cpus;
  CreateAll(cpus);
  Status last = Status::kOk;
  while (state.KeepRunningBatch(CpuSet::kSize)) {
    state.PauseTiming();
    cpus.OnEach([&state](int i) { Check(state, per_cpu[i].HardwareEnable()); });
    state.ResumeTiming();
    cpus.OnEach([&last](int i) { last = per_cpu[i].HardwareDisable(); });
    state.PauseTiming();
    Check(state, last);
    state.ResumeTiming();
  }
}
BENCHMARK(Disable)->Name("percpu/disable");

void Pair(benchmark::State& state) {
  CpuSet cpus;
  CreateAll(cpus);
  const OneCpu cpu(cpus);
  Status enabled = Status::kOk, disabled = Status::kOk;
  for (auto _ : state) {
    enabled = per_cpu[0].HardwareEnable();
    disabled = per_cpu[0].HardwareDisable();
  }
  Check(state, enabled);
  Check(state, disabled);
}
BENCHMARK(Pair)->Name("percpu/pair");

void IsEnabled(benchmark::State& state) {
  for (auto _ : state) {
    bool enabled = per_cpu[0].IsEnabled();
    benchmark::DoNotOptimize(enabled);
  }
}
BENCHMARK(IsEnabled)->Name("percpu/is_enabled");

void Audit(benchmark::State& state) {
  CpuSet cpus;
  CreateAll(cpus);
  const OneCpu cpu(cpus);
  Check(state, per_cpu[0].HardwareEnable());
  Status status = Status::kOk;
  for (auto _ : state) status = per_cpu[0].Audit();
  Check(state, status);
  Check(state, per_cpu[0].HardwareDisable());
}
BENCHMARK(Audit)->Name("percpu/audit");

}  // namespace
}  // namespace trivet::bench
