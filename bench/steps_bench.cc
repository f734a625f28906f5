// Each step of a full enable and disable alone: percpu/steps.h, what is read before and compared
// after, and what a run of a guest adds where the world changes hands per run.

#include <benchmark/benchmark.h>

#include "bench/guest_machine.h"
#include "bench/machine.h"
#include "hal/cpu.h"
#include "percpu/intent.h"
#include "percpu/policy.h"
#include "percpu/stage2_guard.h"
#include "percpu/steps.h"
#include "vectors/cpu_slot.h"
#include "vectors/table.h"

namespace trivet::bench {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register vocabulary
using percpu::Intent;
using percpu::World;

constinit vectors::CpuSlot slot;

/// What percpu prepares for a called nVHE host with the default policy.
Intent IntentHere() {
  Cpu cpu;
  Intent intent;
  intent.host = World::Live<Cpu>();
  intent.cpu = percpu::CpuTraits::Of<Cpu>(intent.host.hcr);
  intent.host_controls.Save(cpu, intent.cpu);
  intent.ours = {
      .vbar = VbarEl2::FromRaw(vectors::TableBase()),
      .hcr = HcrEl2::FromRaw(intent.host.hcr.raw() | percpu::DefaultPolicy::kHcrSet.raw()),
      .tpidr = TpidrEl2::FromRaw(reinterpret_cast<std::uint64_t>(&slot))};
  intent.vtcr = percpu::OneLevelStage2();
  intent.vttbr = VttbrEl2::FromRaw(PhysicalAddressOf(percpu::kEmptyStage2));
  return intent;
}

/// The CPU under Trivet for the time of a benchmark.
class Entered {
 public:
  Entered() : intent_(IntentHere()) { percpu::EnableForGood::Do(cpu_, intent_); }
  ~Entered() { percpu::EnableForGood::Undo(cpu_, intent_); }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;
  const Intent& intent() const { return intent_; }

 private:
  Cpu cpu_;
  const Intent intent_;
};

template <class Step>
void Do(benchmark::State& state) {
  const OneCpu machine;
  const Entered entered;
  Cpu cpu;
  for (auto _ : state) Step::Do(cpu, entered.intent());
  CountEvents(state, [&] { Step::Do(cpu, entered.intent()); });
}
template <class Step>
void Undo(benchmark::State& state) {
  const OneCpu machine;
  const Entered entered;
  Cpu cpu;
  for (auto _ : state) Step::Undo(cpu, entered.intent());
  CountEvents(state, [&] { Step::Undo(cpu, entered.intent()); });
}

void Snapshot(benchmark::State& state) {
  const OneCpu machine;
  Cpu cpu;
  Intent intent = IntentHere();
  for (auto _ : state) {
    intent.host = World::Live<Cpu>();
    intent.host_controls.Save(cpu, intent.cpu);
    benchmark::DoNotOptimize(intent);
  }
}

void Verify(benchmark::State& state) {
  const OneCpu machine;
  Cpu cpu;
  const Intent intent = IntentHere();
  bool same = true;
  for (auto _ : state) {
    same &= Cpu::Read<VbarEl2>() == intent.host.vbar && Cpu::Read<HcrEl2>() == intent.host.hcr &&
            Cpu::Read<TpidrEl2>() == intent.host.tpidr &&
            intent.host_controls.Matches(cpu, intent.cpu, [](auto...) {});
  }
  if (!same) state.SkipWithError("a register differs");
}

// In the order in which enable and disable take them.
BENCHMARK(Snapshot)->Name("step/snapshot");
BENCHMARK(Do<percpu::ClaimSlot>)->Name("step/claim_slot");
BENCHMARK(Do<percpu::GuardStage2>)->Name("step/guard_stage2");
BENCHMARK(Do<percpu::InstallVectors>)->Name("step/install_vectors");
BENCHMARK(Do<percpu::SwitchHcr>)->Name("step/switch_hcr");
BENCHMARK(Undo<percpu::SwitchHcr>)->Name("step/switch_hcr_undo");
BENCHMARK(Undo<percpu::InstallVectors>)->Name("step/install_vectors_undo");
BENCHMARK(Undo<percpu::GuardStage2>)->Name("step/guard_stage2_undo");
BENCHMARK(Undo<percpu::ClaimSlot>)->Name("step/claim_slot_undo");
BENCHMARK(Verify)->Name("step/verify");

/// VBAR_EL2, HCR_EL2 and TPIDR_EL2 for one run of a guest, and back.
void VectorsPerRun(benchmark::State& state) {
  const OneCpu machine;
  Cpu cpu;
  const Intent intent = IntentHere();
  Cpu::Write<VtcrEl2>(intent.vtcr);
  Cpu::Write<VttbrEl2>(intent.vttbr);
  Cpu::Isb();
  const auto there_and_back = [&] {
    const World host = World::Live<Cpu>();
    percpu::SwitchForRun::Into(cpu, intent.ours);
    percpu::SwitchForRun::OutOf(cpu, host);
  };
  for (auto _ : state) there_and_back();
  CountEvents(state, there_and_back);
  intent.host_controls.Restore(cpu, intent.cpu);
  Cpu::Isb();
}
BENCHMARK(VectorsPerRun)->Name("vectors/switch_per_run");

}  // namespace
}  // namespace trivet::bench
