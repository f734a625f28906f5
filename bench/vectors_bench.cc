// SPDX-License-Identifier: Apache-2.0 OR MIT
// Changing the exception vectors: what a hypervisor pays per switch when it shares VBAR_EL2 with a
// host.

#include <benchmark/benchmark.h>

#include <cstdint>

#include "bench/machine.h"
#include "hal/cpu.h"
#include "vectors/table.h"

namespace trivet::bench {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

void SwitchToTrivet(benchmark::State& state) {
  const OneCpu cpu;
  const VbarEl2 host = Cpu::Read<VbarEl2>();
  const auto change = [] {
    Cpu::Write<VbarEl2>(VbarEl2::FromRaw(vectors::TableBase()));
    Cpu::Isb();
  };
  for (auto _ : state) change();
  CountEvents(state, change);
  Cpu::Write<VbarEl2>(host);
  Cpu::Isb();
}
BENCHMARK(SwitchToTrivet)->Name("vectors/switch");

/// The value already in a register.
void SwitchTo(benchmark::State& state) {
  const OneCpu cpu;
  const VbarEl2 host = Cpu::Read<VbarEl2>();
  const auto change = [host] {
    Cpu::Write<VbarEl2>(host);
    Cpu::Isb();
  };
  for (auto _ : state) change();
  CountEvents(state, change);
}
BENCHMARK(SwitchTo)->Name("vectors/switch_to");

}  // namespace
}  // namespace trivet::bench
