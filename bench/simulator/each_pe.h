// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <benchmark/benchmark.h>

#include "bench/machine.h"
#include "hal/cpu.h"
#include "sim/pe/machine.h"
#include "sim/pe/scoped_pe.h"

namespace trivet::bench {

/// Calls f(i) with PE i of that machine as hal::Cpu, for `count` of them from `first` on.
template <class F>
void OnPes(unsigned first, unsigned count, F f) {
  for (unsigned i = first; i < first + count; ++i) {
    const sim::ScopedPe current(MostPes().pe(i));
    f(i);
  }
}

/// Times `f` on PEs in turn, as many as the benchmark's argument says, after `ready` on each; the
/// time is per PE.
template <class Ready, class F>
void TimeOnEachPe(benchmark::State& state, Ready ready, F f) {
  const auto count = static_cast<unsigned>(state.range(0));
  OnPes(0, count, ready);
  while (state.KeepRunningBatch(count)) OnPes(0, count, f);
}

}  // namespace trivet::bench
