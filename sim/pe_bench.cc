// The cost of the simulated register file beside a plain array of registers: one enable and one
// disable (minimal policy: caller masked and pinned) as two calls each.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "hal/registers.h"
#include "sim/pe.h"
#include "sim/scoped_pe.h"
#include "sim/sim_backend.h"

namespace trivet::sim {
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

void EnableDisableOnArray(benchmark::State& state) {
  Host host;
  for (auto _ : state) {
    Enable<ArrayBackend>(host);
    Disable<ArrayBackend>(host);
  }
}
BENCHMARK(EnableDisableOnArray);

void EnableDisableOnPe(benchmark::State& state) {
  Pe pe(ProfileNamed("cortex-a72"));
  const ScopedPe current(pe);
  Host host;
  for (auto _ : state) {
    Enable<SimBackend>(host);
    Disable<SimBackend>(host);
  }
}
BENCHMARK(EnableDisableOnPe);

/// Every PE of a machine enabled in a loop; the time is per PE.
void EnableManyPes(benchmark::State& state) {
  std::vector<std::unique_ptr<Pe>> pes;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    pes.push_back(
        std::make_unique<Pe>(ProfileNamed("cortex-a72"), CpuId{static_cast<std::uint64_t>(i)}));
    pes.back()->trace().Reserve(64);
  }
  Host host;
  for (auto _ : state) {
    for (const auto& pe : pes) {
      const ScopedPe current(*pe);
      Enable<SimBackend>(host);
      Disable<SimBackend>(host);
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(EnableManyPes)->Arg(1)->Arg(8)->Arg(64)->Arg(512);

}  // namespace
}  // namespace trivet::sim

BENCHMARK_MAIN();
