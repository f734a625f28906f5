// SPDX-License-Identifier: Apache-2.0 OR MIT
// The simulated register file beside a plain array of registers: one enable and one disable
// (minimal policy: the caller is masked and pinned) as two called functions, the same source for
// both.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "bench/simulator/each_pe.h"
#include "hal/registers.h"
#include "sim/pe/machine.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "sim/pe/sim_backend.h"

namespace trivet::bench {
namespace {

using hal::HcrEl2;
using hal::VbarEl2;

struct Host {
  std::uint64_t vbar = 0, hcr = 0;
};

constexpr HcrEl2 kPolicy = HcrEl2().vm(true).imo(true).fmo(true).tsc(true).rw(true);
constexpr std::uint64_t kVectors = 0x4008'0000;

template <class Backend>
[[gnu::noinline]] void Enable(Host& host) {
  host.vbar = Backend::template Read<VbarEl2>().raw();
  host.hcr = Backend::template Read<HcrEl2>().raw();
  Backend::template Write<VbarEl2>(VbarEl2::FromRaw(kVectors));
  Backend::template Write<HcrEl2>(HcrEl2::FromRaw(host.hcr | kPolicy.raw()));
  Backend::Isb();
}

template <class Backend>
[[gnu::noinline]] void Disable(const Host& host) {
  Backend::template Write<HcrEl2>(HcrEl2::FromRaw(host.hcr));
  Backend::template Write<VbarEl2>(VbarEl2::FromRaw(host.vbar));
  Backend::Isb();
}

std::uint64_t registers[hal::kRegisterCount];

struct ArrayBackend {
  template <class R>
  static R Read() {
    return R::FromRaw(registers[static_cast<unsigned>(hal::kInfo<R>.id)]);
  }
  template <class R>
  static void Write(R value) {
    registers[static_cast<unsigned>(hal::kInfo<R>.id)] = value.raw();
  }
  static void Isb() { asm volatile("" ::: "memory"); }
};

void PairOnArray(benchmark::State& state) {
  Host host;
  for (auto _ : state) {
    Enable<ArrayBackend>(host);
    Disable<ArrayBackend>(host);
  }
}
BENCHMARK(PairOnArray)->Name("sim/array_pair");

void PairHere(Host& host) {
  Enable<sim::SimBackend>(host);
  Disable<sim::SimBackend>(host);
}

void PairOnPe(benchmark::State& state) {
  sim::Pe pe(sim::ProfileNamed("cortex-a72"));
  const sim::ScopedPe current(pe);
  Host host;
  for (auto _ : state) PairHere(host);
}
BENCHMARK(PairOnPe)->Name("sim/pair");

void PairOnPes(unsigned first, unsigned count) {
  Host host;
  OnPes(first, count, [&host](unsigned) { PairHere(host); });
}

/// The same on each PE in turn.
void PairOnEachPe(benchmark::State& state) {
  Host host;
  TimeOnEachPe(state, [](unsigned) {}, [&host](unsigned) { PairHere(host); });
}
BENCHMARK(PairOnEachPe)->Name("sim/pair_each_pe")->Arg(1)->Arg(8)->Arg(64)->Arg(512);

/// Of a loop over 512 PEs, the time per PE in the n-th block of 64: the least of many rounds, since
/// blocks are compared and the host is shared.
void PairInBlock(benchmark::State& state) {
  using Seconds = std::chrono::duration<double>;
  constexpr unsigned kPes = 512, kBlock = 64, kRounds = 20;
  const auto first = static_cast<unsigned>(state.range(0)) * kBlock;
  for (auto _ : state) {
    Seconds least = Seconds::max();
    for (unsigned round = 0; round < kRounds; ++round) {
      PairOnPes(0, first);
      const auto start = std::chrono::steady_clock::now();
      PairOnPes(first, kBlock);
      least = std::min(least, Seconds(std::chrono::steady_clock::now() - start));
      PairOnPes(first + kBlock, kPes - first - kBlock);
    }
    state.SetIterationTime(least.count() / kBlock);
  }
}
BENCHMARK(PairInBlock)
    ->Name("sim/pair_block")
    ->ArgName("block")
    ->DenseRange(0, 7)
    ->UseManualTime()
    ->Iterations(1);

}  // namespace
}  // namespace trivet::bench
