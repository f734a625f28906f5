// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <atomic>
#include <new>

#include "hal/cpu.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/interrupts.h"
#include "tests/support/machine.h"
#include "tests/timers/timer_machine.h"
#include "vgic/timers/saved_timers.h"

extern "C" const char trivet_virtual_timer_guest[];
extern "C" const char trivet_physical_timer_guest[];

namespace trivet::tests {
namespace {

using hal::Cpu;

constexpr unsigned kTurnSgi = 2;

struct Turns {
  Turn turn;
  void* argument;
  std::atomic<unsigned> next = 0;
  std::atomic<unsigned> here = 0;
};

[[clang::no_destroy]] percpu::PerCpu<TestHost> states[kTimerCpus];

/// Gives the turn to another CPU, or, at the end, to all others.
void Pass(Turns& turns, unsigned cpu, unsigned next) {
  turns.next = next;
  for (unsigned other = 0; other < TimerCpus(); ++other) {
    if (other != cpu && (next == kNoCpu || next == other))
      platforms::SendInterrupt(other, kTurnSgi);
  }
}

/// The SGI of Pass().
void AwaitTurn() {
  for (;;) {
    asm volatile("wfi" ::: "memory");
    const std::uint32_t irq = platforms::AcknowledgeInterrupt();
    if (platforms::IntidOf(irq) >= 1020) continue;
    platforms::EndInterrupt(irq);
    if (platforms::IntidOf(irq) == kTurnSgi) return;
  }
}

void TakeThem(Turns& turns, unsigned cpu) {
  for (bool first = cpu == 0;; first = false) {
    if (!first) AwaitTurn();
    if (turns.next == kNoCpu) return;
    unsigned next = cpu;
    while (next == cpu) next = turns.turn(cpu, states[cpu], turns.argument);
    Pass(turns, cpu, next);
    if (next == kNoCpu) return;
  }
}

void Attend(unsigned cpu, void* argument) {
  Turns& turns = *static_cast<Turns*>(argument);
  {
    const Machine machine;
    for (const unsigned intid : {kTurnSgi, vgic::kVirtualTimer, vgic::kPhysicalTimer}) {
      platforms::EnableInterrupt(intid);
    }
    if (states[cpu].Create(Cpu::CurrentCpu()) != Status::kOk) __builtin_trap();
    if (states[cpu].HardwareEnable() != Status::kOk) __builtin_trap();
    ++turns.here;
    while (turns.here < TimerCpus()) {
    }
    TakeThem(turns, cpu);
    if (states[cpu].HardwareDisable() != Status::kOk) __builtin_trap();
  }
  --turns.here;
}

}  // namespace

unsigned TimerCpus() {
  const unsigned cpus = platforms::CpuCount();
  return cpus < kTimerCpus ? cpus : kTimerCpus;
}

unsigned TakeTurns(Turn turn, void* argument) {
  Turns turns = {.turn = turn, .argument = argument};
  for (unsigned cpu = 1; cpu < TimerCpus(); ++cpu) {
    // One that has just left is a few instructions away from being startable again.
    while (platforms::StartCpu(cpu, &Attend, &turns) == Status::kInvalidArgument) {
    }
  }
  Attend(0, &turns);
  while (turns.here != 0) {
  }
  for (percpu::PerCpu<TestHost>& state : states) new (&state) percpu::PerCpu<TestHost>;
  return TimerCpus();
}

std::uint64_t PhysicalCount() {
  Cpu::Isb();
  return Cpu::Read<hal::CntpctEl0>().raw();
}
void Idle() {}

void StartPreemption(unsigned ticks) {
  Cpu::Write<hal::CnthpTvalEl2>(hal::CnthpTvalEl2::Value::FromRaw(ticks));
  Cpu::Write<hal::CnthpCtlEl2>(hal::CnthpCtlEl2::Value::FromRaw(1));
  Cpu::Isb();
}
void StopPreemption() {
  Cpu::Write<hal::CnthpCtlEl2>(hal::CnthpCtlEl2::Value::FromRaw(0));
  Cpu::Isb();
}

GuestCode PlaceTimerGuest(bool physical) {
  return GuestCode(reinterpret_cast<std::uint64_t>(physical ? &trivet_physical_timer_guest
                                                            : &trivet_virtual_timer_guest));
}

}  // namespace trivet::tests
