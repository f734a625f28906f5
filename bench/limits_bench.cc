// SPDX-License-Identifier: Apache-2.0 OR MIT
// The shortest correct sequences, by hand: what the rest of the table is compared with. And the
// sequence of the design Trivet grew out of, which is shorter because it leaves things out.
//
// EL2 only, interrupts masked throughout. Each sequence ends with the ISB that makes it take
// effect.

#include <benchmark/benchmark.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/policy.h"
#include "percpu/stage2_guard.h"

extern "C" const char trivet_limit_vectors[];

namespace trivet::bench {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr std::uint64_t kHcrSet = percpu::DefaultPolicy::kHcrSet.raw();

struct alignas(16) HostPair {
  std::uint64_t vbar, hcr;
};

/// Puts VBAR_EL2 and HCR_EL2 back however the sequences left them. VTTBR_EL2 maps nothing
/// meanwhile, so that a speculative walk with VM set finds no UNKNOWN table.
class KeepHost {
 public:
  KeepHost() : vbar_(Cpu::Read<VbarEl2>()), hcr_(Cpu::Read<HcrEl2>()) {
    Cpu::Write<VtcrEl2>(percpu::OneLevelStage2());
    Cpu::Write<VttbrEl2>(VttbrEl2::FromRaw(reinterpret_cast<std::uint64_t>(percpu::kEmptyStage2)));
    Cpu::Isb();
  }
  ~KeepHost() {
    Cpu::Write<HcrEl2>(hcr_);
    Cpu::Write<VbarEl2>(vbar_);
    Cpu::Isb();
  }
  HostPair pair() const { return {vbar_.raw(), hcr_.raw()}; }

 private:
  const VbarEl2 vbar_;
  const HcrEl2 hcr_;
};

/// 7 instructions: host VBAR and HCR saved, vectors installed, HCR read-modify-write. The two
/// constants are in registers, as a compiler keeps them in a loop.
[[gnu::always_inline]] inline void Enable(HostPair& saved) {
  asm volatile(
      "mrs   x9, VBAR_EL2\n\t"
      "mrs   x10, HCR_EL2\n\t"
      "stp   x9, x10, [%0]\n\t"
      "msr   VBAR_EL2, %1\n\t"
      "orr   x10, x10, %2\n\t"
      "msr   HCR_EL2, x10\n\t"
      "isb"
      :
      : "r"(&saved), "r"(trivet_limit_vectors), "r"(kHcrSet)
      : "x9", "x10", "memory");
}

/// 4 instructions: the host's pair by one load.
[[gnu::always_inline]] inline void Disable(const HostPair& saved) {
  asm volatile(
      "ldp   x9, x10, [%0]\n\t"
      "msr   HCR_EL2, x10\n\t"
      "msr   VBAR_EL2, x9\n\t"
      "isb"
      :
      : "r"(&saved)
      : "x9", "x10", "memory");
}

void LimitEnable(benchmark::State& state) {
  const KeepHost host;
  HostPair saved = host.pair();
  for (auto _ : state) Enable(saved);
}
BENCHMARK(LimitEnable)->Name("limit/enable");

void LimitDisable(benchmark::State& state) {
  const KeepHost host;
  const HostPair saved = host.pair();
  for (auto _ : state) Disable(saved);
}
BENCHMARK(LimitDisable)->Name("limit/disable");

void LimitPair(benchmark::State& state) {
  const KeepHost host;
  HostPair saved = host.pair();
  for (auto _ : state) {
    Enable(saved);
    Disable(saved);
  }
}
BENCHMARK(LimitPair)->Name("limit/pair");

void LimitSwitch(benchmark::State& state) {
  const KeepHost host;
  for (auto _ : state) {
    asm volatile(
        "adrp  x9, trivet_limit_vectors\n\t"
        "msr   VBAR_EL2, x9\n\t"
        "isb" ::
            : "x9", "memory");
  }
}
BENCHMARK(LimitSwitch)->Name("limit/switch");

void LimitSwitchTo(benchmark::State& state) {
  const KeepHost host;
  const std::uint64_t base = host.pair().vbar;
  for (auto _ : state) {
    asm volatile(
        "msr   VBAR_EL2, %0\n\t"
        "isb" ::"r"(base)
        : "memory");
  }
}
BENCHMARK(LimitSwitchTo)->Name("limit/switch_to");

/// What the baseline design's enable does to the registers: no ISB, so nothing says when it takes
/// effect, and the host's HCR is not kept.
[[gnu::always_inline]] inline void BaselineEnable(std::uint64_t& saved_vbar) {
  constexpr std::uint64_t kBaselineHcr = percpu::BaselinePolicy::kHcrSet.raw();
  asm volatile(
      "mrs   x9, VBAR_EL2\n\t"
      "str   x9, [%0]\n\t"
      "adrp  x9, trivet_limit_vectors\n\t"
      "msr   VBAR_EL2, x9\n\t"
      "mrs   x10, HCR_EL2\n\t"
      "mov   x9, %1\n\t"
      "movk  x9, %2, lsl #16\n\t"
      "orr   x10, x10, x9\n\t"
      "msr   HCR_EL2, x10"
      :
      : "r"(&saved_vbar), "i"(kBaselineHcr & 0xffff), "i"(kBaselineHcr >> 16)
      : "x9", "x10", "memory");
}

/// The baseline design's disable: the whole HCR_EL2 becomes 0, whatever the host had there. No ISB.
[[gnu::always_inline]] inline void BaselineDisable(const std::uint64_t& saved_vbar) {
  asm volatile(
      "ldr   x9, [%0]\n\t"
      "msr   VBAR_EL2, x9\n\t"
      "msr   HCR_EL2, xzr"
      :
      : "r"(&saved_vbar)
      : "x9", "memory");
}

void BaselineEnableOnly(benchmark::State& state) {
  const KeepHost host;
  std::uint64_t saved = host.pair().vbar;
  for (auto _ : state) BaselineEnable(saved);
  state.SetLabel("incorrect: no ISB");
}
BENCHMARK(BaselineEnableOnly)->Name("baseline/enable");

void BaselineDisableOnly(benchmark::State& state) {
  const KeepHost host;
  const std::uint64_t saved = host.pair().vbar;
  for (auto _ : state) BaselineDisable(saved);
  state.SetLabel("incorrect: no ISB, host's HCR_EL2 zeroed");
}
BENCHMARK(BaselineDisableOnly)->Name("baseline/disable");

void BaselinePair(benchmark::State& state) {
  const KeepHost host;
  std::uint64_t saved = host.pair().vbar;
  for (auto _ : state) {
    BaselineEnable(saved);
    BaselineDisable(saved);
  }
  state.SetLabel("incorrect: no ISB, host's HCR_EL2 zeroed");
}
BENCHMARK(BaselinePair)->Name("baseline/pair");

}  // namespace
}  // namespace trivet::bench
