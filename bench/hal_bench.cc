// SPDX-License-Identifier: Apache-2.0 OR MIT
// Register access and barriers through hal::Cpu: one instruction each at EL2, the simulator's cost
// on the host.

#include <benchmark/benchmark.h>

#include <cstdint>

#include "bench/machine.h"
#include "hal/cpu.h"

namespace trivet::bench {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

void ReadRegister(benchmark::State& state) {
  const OneCpu cpu;
  for (auto _ : state) {
    std::uint64_t vbar = Cpu::Read<VbarEl2>().raw();
    benchmark::DoNotOptimize(vbar);
  }
}
BENCHMARK(ReadRegister)->Name("hal/read");

void WriteRegister(benchmark::State& state) {
  const OneCpu cpu;
  const VbarEl2 vbar = Cpu::Read<VbarEl2>();
  for (auto _ : state) Cpu::Write<VbarEl2>(vbar);
}
BENCHMARK(WriteRegister)->Name("hal/write");

void InstructionBarrier(benchmark::State& state) {
  const OneCpu cpu;
  for (auto _ : state) Cpu::Isb();
}
BENCHMARK(InstructionBarrier)->Name("hal/isb");

void MaskAndRestore(benchmark::State& state) {
  const OneCpu cpu;
  for (auto _ : state) {
    const Daif before = Cpu::DaifMask();
    Cpu::DaifRestore(before);
  }
}
BENCHMARK(MaskAndRestore)->Name("hal/mask_restore");

}  // namespace
}  // namespace trivet::bench
