// SPDX-License-Identifier: Apache-2.0 OR MIT
// The C interface beside C++: interface/OPERATION_c is a call of it, interface/OPERATION_cxx a C++
// function that makes the same call. el2_counts_test compares them.

#include <benchmark/benchmark.h>

#include <cstdint>

#include "bench/guest_rig.h"
#include "bench/host.h"
#include "bench/machine.h"
#include "capi/trivet.h"
#include "hal/cpu.h"
#include "hal/status.h"
#include "percpu/per_cpu.h"

namespace trivet::bench {
namespace {

using percpu::HostKind;

/// One CPU by C++ functions.
struct Cxx {
  using Cpu = percpu::PerCpu<BenchHost>;
  static constexpr HostKind kKind = HostKind::kNvhe;
  static inline constinit Cpu cpus[CpuSet::kSize];

  static void Ready(int i) { (void)cpus[i].Create(hal::Cpu::CurrentCpu()); }
  static bool Enable(int i) { return CallEnable(cpus[i]) == Status::kOk; }
  static bool Disable(int i) { return CallDisable(cpus[i]) == Status::kOk; }
  [[gnu::noinline]] static Status CallEnable(Cpu& cpu) { return cpu.HardwareEnable(); }
  [[gnu::noinline]] static Status CallDisable(Cpu& cpu) { return cpu.HardwareDisable(); }
};

/// The same by C's.
struct C {
  static constexpr HostKind kKind = HostKind::kNvhe;
  static inline constinit trivet_cpu cpus[CpuSet::kSize] = {};

  static void Ready(int i) {
    constexpr auto kIgnore = [](trivet_cpu*) {};
    trivet_host host = {};
    host.irq = host.fiq = host.serror = host.fatal = kIgnore;
    (void)trivet_cpu_create(&cpus[i], sizeof(cpus[i]), TRIVET_ABI, &host,
                            hal::Cpu::CurrentCpu().affinity);
  }
  static bool Enable(int i) { return trivet_cpu_enable(&cpus[i]) == TRIVET_OK; }
  static bool Disable(int i) { return trivet_cpu_disable(&cpus[i]) == TRIVET_OK; }
};

template <class S, bool kMeasuresEnable>
void Transition(benchmark::State& state) {
  CpuSet cpus(S::kKind);
  cpus.OnEach(&S::Ready);
  bool good = true;
  while (state.KeepRunningBatch(CpuSet::kSize)) {
    if constexpr (!kMeasuresEnable) {
      state.PauseTiming();
      cpus.OnEach([&good](int i) { good &= S::Enable(i); });
      state.ResumeTiming();
    }
    cpus.OnEach([&good](int i) { good &= kMeasuresEnable ? S::Enable(i) : S::Disable(i); });
    if constexpr (kMeasuresEnable) {
      state.PauseTiming();
      cpus.OnEach([&good](int i) { good &= S::Disable(i); });
      state.ResumeTiming();
    }
  }
  if (!good) state.SkipWithError("a transition failed");
}
BENCHMARK(Transition<Cxx, true>)->Name("interface/enable_cxx");
BENCHMARK(Transition<C, true>)->Name("interface/enable_c");
BENCHMARK(Transition<Cxx, false>)->Name("interface/disable_cxx");
BENCHMARK(Transition<C, false>)->Name("interface/disable_c");

// Runs. A trivet_vcpu is a Vcpu, and what a run uses of a trivet_cpu is the PerCpuState that it
// begins with.

trivet_cpu* CpuOf(GuestRig& rig) { return reinterpret_cast<trivet_cpu*>(&rig.cpu()); }
trivet_vcpu* GuestOf(GuestRig& rig) { return reinterpret_cast<trivet_vcpu*>(&rig.guest()); }

template <class... Promise>
[[gnu::noinline]] Result<vcpu::Exit> CallRun(vcpu::Vcpu& guest, percpu::PerCpuState& cpu,
                                             Promise... promise) {
  return guest.Run(cpu, promise...);
}

template <class... Promise>
bool CxxPass(GuestRig& rig, const Start& start) {
  rig.guest().frame().pc = start.pc;
  for (;;) {
    const Result<vcpu::Exit> exit = CallRun(rig.guest(), rig.cpu(), Promise{}...);
    if (!exit) return false;
    if (exit->syndrome.immediate() == kLastHvc) return true;
  }
}

template <auto kRun>
bool CPass(GuestRig& rig, const Start& start) {
  rig.guest().frame().pc = start.pc;
  trivet_exit exit;
  do {
    if (kRun(GuestOf(rig), CpuOf(rig), &exit) != TRIVET_OK) return false;
  } while (static_cast<std::uint16_t>(exit.syndrome) != kLastHvc);
  return true;
}

template <auto kPass, std::uint64_t kPair>
void Run(benchmark::State& state) {
  GuestRig rig;
  MeasureBetween<kPass>(state, rig, {.pc = rig.At(kPair)}, {.pc = rig.At(kPair + kSecondOfPair)});
}
BENCHMARK(Run<&CxxPass<>, kHvcPair>)->Name("interface/run_cxx");
BENCHMARK(Run<&CPass<&trivet_vcpu_run>, kHvcPair>)->Name("interface/run_c");
BENCHMARK(Run<&CxxPass<percpu::MaskedAndPinned>, kHvcPair>)->Name("interface/run_masked_cxx");
BENCHMARK(Run<&CPass<&trivet_vcpu_run_masked>, kHvcPair>)->Name("interface/run_masked_c");

}  // namespace
}  // namespace trivet::bench
