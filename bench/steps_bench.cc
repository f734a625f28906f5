// SPDX-License-Identifier: Apache-2.0 OR MIT
// Each step of a full enable and disable alone: percpu/steps.h, what is read before and compared
// after, and what a run of a guest adds where every run switches the El2Context.

#include <benchmark/benchmark.h>

#include "bench/guest_machine.h"
#include "bench/machine.h"
#include "hal/cpu.h"
#include "percpu/policy.h"
#include "percpu/stage2_guard.h"
#include "percpu/steps.h"
#include "percpu/transition_state.h"
#include "vectors/cpu_slot.h"
#include "vectors/table.h"

namespace trivet::bench {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions
using percpu::El2Context;
using percpu::Stage2Context;
using percpu::TransitionState;

constinit vectors::CpuSlot slot;

/// What percpu prepares for an nVHE callback host with the default policy.
TransitionState TransitionStateHere() {
  TransitionState transition;
  transition.host = El2Context::Live<Cpu>();
  transition.host_stage2 = Stage2Context::Live<Cpu>();
  transition.ours = {
      .vbar = VbarEl2::FromRaw(vectors::TableBase()),
      .hcr = HcrEl2::FromRaw(transition.host.hcr.raw() | percpu::DefaultPolicy::kHcrSet.raw()),
      .tpidr = TpidrEl2::FromRaw(reinterpret_cast<std::uint64_t>(&slot))};
  transition.guard = {.vtcr = percpu::OneLevelStage2(),
                      .vttbr = VttbrEl2::FromRaw(PhysicalAddressOf(percpu::kEmptyStage2))};
  return transition;
}

/// The CPU under Trivet for the time of a benchmark.
class Entered {
 public:
  Entered() : transition_(TransitionStateHere()) { percpu::EnablePerEnable::Do(cpu_, transition_); }
  ~Entered() { percpu::EnablePerEnable::Undo(cpu_, transition_); }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;
  const TransitionState& transition() const { return transition_; }

 private:
  Cpu cpu_;
  const TransitionState transition_;
};

template <class Step>
void Do(benchmark::State& state) {
  const OneCpu machine;
  const Entered entered;
  Cpu cpu;
  for (auto _ : state) Step::Do(cpu, entered.transition());
  CountEvents(state, [&] { Step::Do(cpu, entered.transition()); });
}
template <class Step>
void Undo(benchmark::State& state) {
  const OneCpu machine;
  const Entered entered;
  Cpu cpu;
  for (auto _ : state) Step::Undo(cpu, entered.transition());
  CountEvents(state, [&] { Step::Undo(cpu, entered.transition()); });
}

void Snapshot(benchmark::State& state) {
  const OneCpu machine;
  TransitionState transition = TransitionStateHere();
  for (auto _ : state) {
    transition.host = El2Context::Live<Cpu>();
    transition.host_stage2 = Stage2Context::Live<Cpu>();
    benchmark::DoNotOptimize(transition);
  }
}

void Verify(benchmark::State& state) {
  const OneCpu machine;
  const TransitionState transition = TransitionStateHere();
  bool same = true;
  for (auto _ : state) {
    same &= Cpu::Read<VbarEl2>() == transition.host.vbar &&
            Cpu::Read<HcrEl2>() == transition.host.hcr &&
            Cpu::Read<TpidrEl2>() == transition.host.tpidr &&
            Cpu::Read<VtcrEl2>() == transition.host_stage2.vtcr &&
            Cpu::Read<VttbrEl2>() == transition.host_stage2.vttbr;
  }
  if (!same) state.SkipWithError("a register differs");
}

// In the order in which enable and disable take them.
BENCHMARK(Snapshot)->Name("step/snapshot");
BENCHMARK(Do<percpu::PublishCpuPointer>)->Name("step/claim_slot");
BENCHMARK(Do<percpu::GuardStage2>)->Name("step/guard_stage2");
BENCHMARK(Do<percpu::InstallVectors>)->Name("step/install_vectors");
BENCHMARK(Do<percpu::SwitchHcr>)->Name("step/switch_hcr");
BENCHMARK(Undo<percpu::SwitchHcr>)->Name("step/switch_hcr_undo");
BENCHMARK(Undo<percpu::InstallVectors>)->Name("step/install_vectors_undo");
BENCHMARK(Undo<percpu::GuardStage2>)->Name("step/guard_stage2_undo");
BENCHMARK(Undo<percpu::PublishCpuPointer>)->Name("step/claim_slot_undo");
BENCHMARK(Verify)->Name("step/verify");

/// VBAR_EL2, HCR_EL2 and TPIDR_EL2 for one run of a guest, and back.
void VectorsPerRun(benchmark::State& state) {
  const OneCpu machine;
  Cpu cpu;
  const TransitionState transition = TransitionStateHere();
  percpu::GuardStage2::Do(cpu, transition);
  Cpu::Isb();
  const auto there_and_back = [&] {
    const El2Context host = El2Context::Live<Cpu>();
    percpu::SwitchForRun::Into(cpu, transition.ours, transition.workarounds);
    percpu::SwitchForRun::OutOf(cpu, host, transition.workarounds);
  };
  for (auto _ : state) there_and_back();
  CountEvents(state, there_and_back);
  percpu::GuardStage2::Undo(cpu, transition);
}
BENCHMARK(VectorsPerRun)->Name("vectors/switch_per_run");

}  // namespace
}  // namespace trivet::bench
