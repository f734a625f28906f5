// SPDX-License-Identifier: Apache-2.0 OR MIT
// What simulating costs besides register accesses: an interrupt delivered, and the CPUs of a large
// machine, one after the other.

#include <benchmark/benchmark.h>

#include <cstdint>

#include "bench/host.h"
#include "bench/simulator/each_pe.h"
#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/pe/code_map.h"
#include "sim/pe/machine.h"
#include "sim/pe/scoped_pe.h"

namespace trivet::bench {
namespace {

constexpr std::uint64_t kIrqVectors = 0x4008'0000;

/// An IRQ at EL2h: entry, a handler that lowers the line, return.
void DeliverIrq(benchmark::State& state) {
  sim::Pe pe(sim::ProfileNamed("cortex-a72"));
  const sim::ScopedPe current(pe);
  const sim::ScopedCode vectors(kIrqVectors, 0x800,
                                [](sim::Pe& taker, std::uint64_t) { taker.RaiseIrq(false); });
  pe.Poke(hal::RegisterId::kVbarEl2, kIrqVectors);
  pe.Poke(hal::RegisterId::kHcrEl2, hal::HcrEl2().rw(true).imo(true).raw());
  hal::Cpu::DaifRestore(hal::Daif());
  for (auto _ : state) {
    pe.RaiseIrq();
    hal::Cpu::Isb();
  }
}
BENCHMARK(DeliverIrq)->Name("sim/irq");

constinit percpu::PerCpu<BenchHost> cpus[sim::Machine::kMostPes];

/// Virtualization on and off on each CPU of a machine in turn, everything checked and verified.
void EnableEach(benchmark::State& state) {
  Status worst = Status::kOk;
  const auto check = [&worst](Status status) {
    if (status != Status::kOk) [[unlikely]]
      worst = status;
  };
  TimeOnEachPe(
      state, [](unsigned i) { (void)cpus[i].Create(hal::Cpu::CurrentCpu()); },
      [&](unsigned i) {
        check(cpus[i].HardwareEnable());
        check(cpus[i].HardwareDisable());
      });
  if (worst != Status::kOk) state.SkipWithError(ToString(worst));
}
BENCHMARK(EnableEach)->Name("sim/each_cpu")->Arg(8)->Arg(64)->Arg(512);

}  // namespace
}  // namespace trivet::bench
