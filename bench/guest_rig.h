// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

#include "bench/guest_code.h"
#include "bench/guest_machine.h"
#include "bench/machine.h"
#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/guest_code.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vectors/cpu_slot.h"

namespace trivet::bench {

/// A host whose handler takes the interrupt.
struct InterruptHost {
  static vectors::Handlers HandlersFor(CpuId) {
    constexpr vectors::Handler kTake = [](vectors::CpuSlot&) { TakeInterrupt(); };
    constexpr vectors::Handler kIgnore = [](vectors::CpuSlot&) {};
    return {kTake, kIgnore, kIgnore, kIgnore};
  }
  static std::uint64_t PhysicalAddressOf(const void* address) {
    return bench::PhysicalAddressOf(address);
  }
};

/// One CPU, enabled, with interrupts ready and two guests on one stage 2, from construction to
/// destruction. One at a time.
class GuestRig {
 public:
  explicit GuestRig(vectors::InPlaceHooks hooks = {},
                    percpu::HostKind kind = percpu::HostKind::kNvhe);
  ~GuestRig();
  GuestRig(const GuestRig&) = delete;
  GuestRig& operator=(const GuestRig&) = delete;

  /// False when there is nothing to measure: `state` has the reason.
  bool IsReady(benchmark::State& state) const;
  percpu::PerCpuState& cpu() { return cpu_; }
  vcpu::Vcpu& guest() { return first_; }
  vcpu::Vcpu& other_guest() { return second_; }
  /// The guest's address of a place of guest_code.h.
  std::uint64_t At(std::uint64_t place) const { return code_.entry() + place; }

 private:
  vcpu::Config ConfigFor(std::uint16_t vmid, vectors::InPlaceHooks hooks);

  static inline constinit vcpu::BlockStage2 stage2_;
  percpu::PerCpu<InterruptHost> cpu_;
  OneCpu machine_;
  tests::GuestCode code_;
  const hal::HcrEl2 arrived_;
  vcpu::Vcpu first_, second_;
  Status status_;
};

/// How one pass begins.
struct Start {
  std::uint64_t pc = 0;             ///< Of the guest.
  Interrupt interrupt = kHeldBack;  ///< Made pending first.
};

/// Passes of a guest: the same code whatever they start at.
template <auto kPass>
[[gnu::noinline]] void Passes(benchmark::State& state, GuestRig& rig, const Start& start) {
  bool ran = true;
  for (auto _ : state) ran &= kPass(rig, start);
  if (!ran) state.SkipWithError("the guest did not run");
}

/// Measures what a pass from `whole` costs without what it costs from `rest`: only the operation
/// between the two is left. The simulator times the whole.
template <auto kPass>
void MeasureBetween(benchmark::State& state, GuestRig& rig, const Start& whole, const Start& rest) {
  if (!rig.IsReady(state)) return;
  MeasureWithout(
      state, [&](benchmark::State& counted) { Passes<kPass>(counted, rig, whole); },
      [&](benchmark::State& counted) { Passes<kPass>(counted, rig, rest); });
  CountEvents(state, [&] { kPass(rig, whole); }, [&] { kPass(rig, rest); });
}

}  // namespace trivet::bench
