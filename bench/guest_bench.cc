// SPDX-License-Identifier: Apache-2.0 OR MIT
// What exits of a guest cost: handled in place, through the run loop, and with a switch to another
// guest. Interrupts of the host itself, for comparison.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <utility>

#include "bench/guest_rig.h"
#include "vcpu/exit_log.h"
#include "vectors/syndrome.h"

namespace trivet::bench {
namespace {

using vcpu::Exit;
using vcpu::ExitReason;
using vectors::InPlace;
using vectors::InPlaceExit;
using vectors::Syndrome;

Syndrome LiveSyndrome() { return Syndrome::FromRaw(hal::Cpu::Read<hal::EsrEl2>().raw()); }

// Served in place.

InPlace ServeHvc(InPlaceExit&) {
  return LiveSyndrome().IsHvc(kNullHvc) ? InPlace::kResume : InPlace::kExit;
}

InPlace ServeIrq(InPlaceExit&) {
  TakeInterrupt();
  return InPlace::kResume;
}

InPlace ServeMrs(InPlaceExit& exit) {
  const Syndrome syndrome = LiveSyndrome();
  if (syndrome.exception_class() != vectors::ExceptionClass::kSystem) return InPlace::kExit;
  const vectors::SystemRegisterTrap trap = syndrome.system_register();
  if (!trap.is_read || !InPlaceExit::Has(trap.rt)) return InPlace::kExit;
  exit.x(trap.rt) = 0;
  exit.pc += 4;
  return InPlace::kResume;
}

// Served by the run loop.

void Nothing(vcpu::Vcpu&, const Exit&) {}
vcpu::ExitLog exit_log;
void Log(vcpu::Vcpu& guest, const Exit& exit) { exit_log.Add(exit, guest.frame().pc); }
void Interrupt(vcpu::Vcpu&, const Exit&) { TakeInterrupt(); }

void TrappedRead(vcpu::Vcpu& guest, const Exit& exit) {
  const vectors::SystemRegisterTrap trap = exit.syndrome.system_register();
  if (trap.is_read && trap.rt != 31) guest.frame().x[trap.rt] = 0;
  guest.SkipInstruction();
}

void Fault(vcpu::Vcpu& guest, const Exit& exit) {
  const vectors::DataAbort abort = exit.syndrome.data_abort();
  std::uint64_t address = *exit.fault.intermediate_address;
  benchmark::DoNotOptimize(address);
  if (!abort.is_write && abort.rt != 31) guest.frame().x[abort.rt] = 0;
  guest.SkipInstruction();
}

/// Runs the guest to its last hypercall; everything before that is served. `promise` is nothing, or
/// what Run() takes instead of checking.
template <auto kServe, class... Promise>
[[gnu::always_inline]] inline bool RunToTheEnd(GuestRig& rig, vcpu::Vcpu& guest,
                                               Promise... promise) {
  for (;;) {
    const Result<Exit> exit = guest.Run(rig.cpu(), promise...);
    if (!exit) [[unlikely]]
      return false;
    if (exit->reason == ExitReason::kHypercall && exit->syndrome.immediate() == kLastHvc) {
      return true;
    }
    kServe(guest, *exit);
  }
}

template <auto kServe, class... Promise>
[[gnu::always_inline]] inline bool Pass(GuestRig& rig, const Start& start) {
  rig.guest().frame().pc = start.pc;
  return RunToTheEnd<kServe>(rig, rig.guest(), Promise{}...);
}
template <auto kServe, class... Promise>
[[gnu::always_inline]] inline bool InterruptedPass(GuestRig& rig, const Start& start) {
  MakePending(start.interrupt);
  return Pass<kServe, Promise...>(rig, start);
}

template <auto kPass, std::uint64_t kPair>
void Between(benchmark::State& state, GuestRig& rig) {
  MeasureBetween<kPass>(state, rig, {.pc = rig.At(kPair)}, {.pc = rig.At(kPair + kSecondOfPair)});
}

template <auto kPass>
void WithInterrupt(benchmark::State& state, GuestRig& rig) {
  const std::uint64_t pc = rig.At(kHvcPair + kSecondOfPair);
  MeasureBetween<kPass>(state, rig, {pc, kArriving}, {pc, kHeldBack});
}

void HvcInPlace(benchmark::State& state) {
  GuestRig rig({.synchronous = &ServeHvc});
  Between<&Pass<&Nothing>, kHvcPair>(state, rig);
}
BENCHMARK(HvcInPlace)->Name("guest/hvc_in_place");

void HvcRunLoop(benchmark::State& state) {
  GuestRig rig;
  Between<&Pass<&Nothing>, kHvcPair>(state, rig);
}
BENCHMARK(HvcRunLoop)->Name("guest/hvc_run_loop");

/// Each exit is counted and kept.
void HvcRunLoopLogged(benchmark::State& state) {
  GuestRig rig;
  Between<&Pass<&Log>, kHvcPair>(state, rig);
}
BENCHMARK(HvcRunLoopLogged)->Name("guest/hvc_run_loop_logged");

/// The caller has masked interrupts and is pinned.
void HvcRunLoopMasked(benchmark::State& state) {
  GuestRig rig;
  Between<&Pass<&Nothing, percpu::MaskedAndPinned>, kHvcPair>(state, rig);
}
BENCHMARK(HvcRunLoopMasked)->Name("guest_masked/hvc_run_loop");

/// Under a VHE host every run switches the El2Context.
void HvcRunLoopVhe(benchmark::State& state) {
  GuestRig rig({}, percpu::HostKind::kVhe);
  Between<&Pass<&Nothing>, kHvcPair>(state, rig);
}
BENCHMARK(HvcRunLoopVhe)->Name("guest/hvc_run_loop_vhe");

void MrsInPlace(benchmark::State& state) {
  GuestRig rig({.synchronous = &ServeMrs});
  Between<&Pass<&Nothing>, kMrsPair>(state, rig);
}
BENCHMARK(MrsInPlace)->Name("guest/mrs_in_place");

void MrsRunLoop(benchmark::State& state) {
  GuestRig rig;
  Between<&Pass<&TrappedRead>, kMrsPair>(state, rig);
}
BENCHMARK(MrsRunLoop)->Name("guest/mrs_run_loop");

void Stage2Fault(benchmark::State& state) {
  GuestRig rig;
  Between<&Pass<&Fault>, kLoadPair>(state, rig);
}
BENCHMARK(Stage2Fault)->Name("guest/stage2_fault");

void IrqInPlace(benchmark::State& state) {
  GuestRig rig({.irq = &ServeIrq});
  WithInterrupt<&InterruptedPass<&Nothing>>(state, rig);
}
BENCHMARK(IrqInPlace)->Name("guest/irq_in_place");

void IrqRunLoop(benchmark::State& state) {
  GuestRig rig;
  WithInterrupt<&InterruptedPass<&Interrupt>>(state, rig);
}
BENCHMARK(IrqRunLoop)->Name("guest/irq_run_loop");

void IrqRunLoopMasked(benchmark::State& state) {
  GuestRig rig;
  WithInterrupt<&InterruptedPass<&Interrupt, percpu::MaskedAndPinned>>(state, rig);
}
BENCHMARK(IrqRunLoopMasked)->Name("guest_masked/irq_run_loop");

/// An interrupt that the host takes itself, by Trivet's vectors and its own handler.
[[gnu::always_inline]] inline bool HostPass(GuestRig&, const Start& start) {
  MakePending(start.interrupt);
  OpenForAMoment();
  return true;
}
void HostIrq(benchmark::State& state) {
  GuestRig rig;
  MeasureBetween<&HostPass>(state, rig, {.interrupt = kArriving}, {.interrupt = kHeldBack});
}
BENCHMARK(HostIrq)->Name("host/irq");

/// Two guests take turns; without that, one has both turns.
[[gnu::noinline]] void Turns(benchmark::State& state, GuestRig& rig, vcpu::Vcpu* first,
                             vcpu::Vcpu* second, std::uint64_t pc) {
  bool ran = true;
  while (state.KeepRunningBatch(2)) {
    for (vcpu::Vcpu* guest : {first, second}) {
      guest->frame().pc = pc;
      ran &= RunToTheEnd<&Nothing>(rig, *guest);
    }
  }
  if (!ran) state.SkipWithError("a guest did not run");
}
void VcpuSwitch(benchmark::State& state) {
  GuestRig rig;
  if (!rig.IsReady(state)) return;
  const std::uint64_t pc = rig.At(kHvcPair + kSecondOfPair);
  vcpu::Vcpu* const guest = &rig.guest();
  MeasureWithout(
      state, [&](benchmark::State& counted) { Turns(counted, rig, guest, &rig.other_guest(), pc); },
      [&](benchmark::State& counted) { Turns(counted, rig, guest, guest, pc); });
  const auto run = [&] {
    guest->frame().pc = pc;
    RunToTheEnd<&Nothing>(rig, *guest);
  };
  rig.other_guest().frame().pc = pc;
  RunToTheEnd<&Nothing>(rig, rig.other_guest());
  CountEvents(state, run, run);  // The first of the two switches.
}
BENCHMARK(VcpuSwitch)->Name("guest/vcpu_switch");

}  // namespace
}  // namespace trivet::bench
