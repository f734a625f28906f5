// What simulating costs besides register accesses: an interrupt delivered, and the CPUs of a large
// machine, one after the other.

#include <benchmark/benchmark.h>

#include <cstdint>

#include "bench/host.h"
#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/code_map.h"
#include "sim/machine.h"
#include "sim/scoped_pe.h"

namespace trivet::bench {
namespace {

constexpr std::uint64_t kVectors = 0x4008'0000;

/// An IRQ at EL2h: entry, a handler that lowers the line, return.
void DeliverIrq(benchmark::State& state) {
  sim::Pe pe(sim::ProfileNamed("cortex-a72"));
  const sim::ScopedPe current(pe);
  const sim::ScopedCode vectors(kVectors, 0x800,
                                [](sim::Pe& taker, std::uint64_t) { taker.RaiseIrq(false); });
  pe.Poke(hal::RegisterId::kVbarEl2, kVectors);
  pe.Poke(hal::RegisterId::kHcrEl2, hal::HcrEl2().rw(true).imo(true).raw());
  hal::Cpu::DaifRestore(hal::Daif());
  for (auto _ : state) {
    pe.RaiseIrq();
    hal::Cpu::Isb();
  }
}
BENCHMARK(DeliverIrq)->Name("sim/irq");

constinit percpu::PerCpu<BenchHost> cpus[sim::Machine::kMostPes];

/// Virtualization on and off on each CPU of a machine in turn, everything checked and verified; the
/// time is per CPU.
void EnableEach(benchmark::State& state) {
  const auto count = static_cast<unsigned>(state.range(0));
  sim::Machine machine(sim::ProfileNamed("cortex-a72"), count);
  for (unsigned i = 0; i < count; ++i) {
    const sim::ScopedPe current(machine.pe(i));
    (void)cpus[i].Create(hal::Cpu::CurrentCpu());
  }
  Status worst = Status::kOk;
  while (state.KeepRunningBatch(count)) {
    for (unsigned i = 0; i < count; ++i) {
      const sim::ScopedPe current(machine.pe(i));
      for (const Status status : {cpus[i].HardwareEnable(), cpus[i].HardwareDisable()}) {
        if (status != Status::kOk) [[unlikely]]
          worst = status;
      }
    }
  }
  if (worst != Status::kOk) state.SkipWithError(ToString(worst));
}
BENCHMARK(EnableEach)->Name("sim/each_cpu")->Arg(8)->Arg(64)->Arg(512);

}  // namespace
}  // namespace trivet::bench
