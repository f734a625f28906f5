#pragma once

#include <benchmark/benchmark.h>

#include "hal/cpu.h"
#include "sim/pe/machine.h"
#include "sim/pe/scoped_pe.h"
#include "sim/profiles/profile.h"

namespace trivet::bench {

/// Calls f(i) with PE i of `machine` as hal::Cpu, for `count` of them from `first` on.
template <class F>
void OnPes(sim::Machine& machine, unsigned first, unsigned count, F f) {
  for (unsigned i = first; i < first + count; ++i) {
    const sim::ScopedPe current(machine.pe(i));
    f(i);
  }
}

/// Times `f` on each PE of a machine in turn, as many as the benchmark's argument says, after
/// `ready` on each; the time is per PE.
template <class Ready, class F>
void TimeOnEachPe(benchmark::State& state, Ready ready, F f) {
  const auto count = static_cast<unsigned>(state.range(0));
  sim::Machine machine(sim::ProfileNamed("cortex-a72"), count);
  OnPes(machine, 0, count, ready);
  while (state.KeepRunningBatch(count)) OnPes(machine, 0, count, f);
}

}  // namespace trivet::bench
