// SPDX-License-Identifier: Apache-2.0 OR MIT
// The shortest correct ways out of a guest and back, measured as bench/guest_bench.cc measures
// Trivet's: the same guest, the same interrupts, other vectors. EL2 only.

#include <benchmark/benchmark.h>

#include <cstdint>

#include "bench/guest_rig.h"
#include "hal/cpu.h"

extern "C" {
extern const char trivet_limit_in_place[];
extern const char trivet_limit_run_loop[];
/// A guest as bench/limits/world.S sees it.
struct TrivetLimitFrame {
  std::uint64_t x[31];
  std::uint64_t pc;
  std::uint64_t pstate;
};
unsigned trivet_limit_enter(TrivetLimitFrame* frame);
void trivet_limit_run(TrivetLimitFrame* frame);
void trivet_limit_run_logged(TrivetLimitFrame* frame, std::uint64_t* log);
}

namespace trivet::bench {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr std::uint64_t kEl1hMasked = 0x3c5;  // [arm-arm] SPSR_EL2.

/// Installs a table for the time of a benchmark; virtualization is on and the rig's guest loaded.
class OtherVectors {
 public:
  OtherVectors(GuestRig& rig, const char* table) {
    rig.guest().frame().pc = rig.At(kHvcPair + kSecondOfPair);
    (void)rig.guest().Run(rig.cpu());
    Install(reinterpret_cast<std::uint64_t>(table));
  }
  ~OtherVectors() { Install(ours_.raw()); }
  OtherVectors(const OtherVectors&) = delete;
  OtherVectors& operator=(const OtherVectors&) = delete;

 private:
  static void Install(std::uint64_t table) {
    Cpu::Write<VbarEl2>(VbarEl2::FromRaw(table));
    Cpu::Isb();
  }
  const VbarEl2 ours_ = Cpu::Read<VbarEl2>();
};

TrivetLimitFrame frame;
std::uint64_t exit_log[1 + 4 + 16 * 4];

void RunLogged(TrivetLimitFrame* guest) { trivet_limit_run_logged(guest, exit_log); }

/// Enters once, by `kEnter`, which returns at the guest's last hypercall.
template <auto kEnter>
[[gnu::always_inline]] inline bool Pass(GuestRig&, const Start& start) {
  MakePending(start.interrupt);
  frame.pc = start.pc;
  kEnter(&frame);
  return true;
}

[[gnu::always_inline]] inline bool HostPass(GuestRig&, const Start& start) {
  MakePending(start.interrupt);
  OpenForAMoment();
  return true;
}

template <auto kPass>
void Measure(benchmark::State& state, const char* table, bool hvc) {
  GuestRig rig;
  if (!rig.IsReady(state)) return;
  const OtherVectors vectors(rig, table);
  frame.pstate = kEl1hMasked;
  const std::uint64_t last = rig.At(kHvcPair + kSecondOfPair);
  const Start whole = {hvc ? rig.At(kHvcPair) : last, hvc ? kHeldBack : kArriving};
  MeasureBetween<kPass>(state, rig, whole, {last, kHeldBack});
}

void HvcInPlace(benchmark::State& state) {
  Measure<&Pass<&trivet_limit_enter>>(state, trivet_limit_in_place, true);
}
BENCHMARK(HvcInPlace)->Name("limit/hvc_in_place");

void HvcRunLoop(benchmark::State& state) {
  Measure<&Pass<&trivet_limit_run>>(state, trivet_limit_run_loop, true);
}
BENCHMARK(HvcRunLoop)->Name("limit/hvc_run_loop");

void HvcRunLoopLogged(benchmark::State& state) {
  Measure<&Pass<&RunLogged>>(state, trivet_limit_run_loop, true);
}
BENCHMARK(HvcRunLoopLogged)->Name("limit/hvc_run_loop_logged");

void IrqInPlace(benchmark::State& state) {
  Measure<&Pass<&trivet_limit_enter>>(state, trivet_limit_in_place, false);
}
BENCHMARK(IrqInPlace)->Name("limit/irq_in_place");

void IrqRunLoop(benchmark::State& state) {
  Measure<&Pass<&trivet_limit_run>>(state, trivet_limit_run_loop, false);
}
BENCHMARK(IrqRunLoop)->Name("limit/irq_run_loop");

void Irq(benchmark::State& state) { Measure<&HostPass>(state, trivet_limit_in_place, false); }
BENCHMARK(Irq)->Name("limit/irq");

}  // namespace
}  // namespace trivet::bench
