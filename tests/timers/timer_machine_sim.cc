// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <array>
#include <memory>

#include "hal/cpu.h"
#include "sim/pe/machine.h"
#include "sim/pe/scoped_pe.h"
#include "tests/support/host_of_kind.h"
#include "tests/timers/timer_machine.h"
#include "vgic/timers/saved_timers.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using enum hal::RegisterId;

constexpr std::uint64_t kPlace = 0x4020'0000, kIrqVector = kVectorsOffset + 0x280;

std::unique_ptr<sim::Machine> machine;
std::uint64_t count;
std::uint64_t preemption[kTimerCpus];  ///< 0: none.
std::array<bool, 3> lines[kTimerCpus];

/// [arm-arm] TimerConditionMet, of the registers that this PE has at the moment.
bool IsAsserted(const sim::Pe& pe, RegisterId ctl, RegisterId cval, std::uint64_t offset) {
  const std::uint64_t control = pe.Peek(ctl);
  return (control & 1) != 0 && (control & 2) == 0 && count - offset >= pe.Peek(cval);
}

/// One step of any PE is one tick.
void Tick(sim::Pe& pe, unsigned cpu) {
  ++count;
  const std::uint64_t offset = pe.Peek(kCntvoffEl2);
  const std::array<bool, 3> now = {IsAsserted(pe, kCntvCtlEl0, kCntvCvalEl0, offset),
                                   IsAsserted(pe, kCntpCtlEl0, kCntpCvalEl0, 0),
                                   preemption[cpu] != 0 && count >= preemption[cpu]};
  if (now == lines[cpu]) return;
  lines[cpu] = now;
  pe.SetInterruptLine(vgic::kVirtualTimer, now[0]);
  pe.SetInterruptLine(vgic::kPhysicalTimer, now[1]);
  pe.SetInterruptLine(kPreemption, now[2]);
}

/// A host at EL2 with a GICv3.
void Prepare(sim::Pe& pe) {
  pe.set_reserved_bits(sim::ReservedBits::kIgnored);
  pe.Poke(kVbarEl2, 0x4010'0000);
  pe.Poke(kSctlrEl2, SctlrEl2::Inert().eis(true).eos(true).raw());
  BecomeHost(HcrEl2::Inert().imo(true).fmo(true).amo(true).rw(true), percpu::HostKind::kNvhe);
  Cpu::Write<IccSreEl2>(IccSreEl2().sre(true).dfb(true).dib(true).enable(true));
  Cpu::Isb();
  Cpu::Write<IccPmrEl1>(IccPmrEl1().priority(0xff));
  Cpu::Write<IccIgrpen1El1>(IccIgrpen1El1().enable(true));
  Cpu::Isb();
}

unsigned ThisCpu() { return static_cast<unsigned>(sim::ScopedPe::Current().id().affinity); }

}  // namespace

unsigned TimerCpus() { return kTimerCpus; }

unsigned TakeTurns(Turn turn, void* argument) {
  machine = std::make_unique<sim::Machine>(sim::ProfileNamed("neoverse-v1"), kTimerCpus);
  percpu::PerCpu<TestHost> states[kTimerCpus];
  for (unsigned cpu = 0; cpu < kTimerCpus; ++cpu) {
    preemption[cpu] = 0;
    lines[cpu] = {};
    const sim::ScopedPe current(machine->pe(cpu));
    Prepare(machine->pe(cpu));
    if (states[cpu].Create(Cpu::CurrentCpu()) != Status::kOk) __builtin_trap();
    if (states[cpu].HardwareEnable() != Status::kOk) __builtin_trap();
    machine->pe(cpu).SetStepHook([cpu](sim::Pe& pe) { Tick(pe, cpu); });
  }
  for (unsigned next = 0; next != kNoCpu;) {
    const sim::ScopedPe current(machine->pe(next));
    next = turn(next, states[next], argument);
  }
  for (unsigned cpu = 0; cpu < kTimerCpus; ++cpu) {
    const sim::ScopedPe current(machine->pe(cpu));
    if (states[cpu].HardwareDisable() != Status::kOk) __builtin_trap();
  }
  machine.reset();
  return kTimerCpus;
}

std::uint64_t PhysicalCount() { return count; }
void Idle() { Cpu::Isb(); }
void StartPreemption(unsigned ticks) { preemption[ThisCpu()] = count + ticks; }
void StopPreemption() {
  preemption[ThisCpu()] = 0;
  Cpu::Isb();
}

GuestCode PlaceTimerGuest(bool physical) {
  const RegisterId ctl = physical ? kCntpCtlEl0 : kCntvCtlEl0;
  const RegisterId cval = physical ? kCntpCvalEl0 : kCntvCvalEl0;
  sim::PhysicalMemory& memory = sim::ScopedPe::Current().memory();
  memory.Place(kPlace, {sim::Hvc(1), sim::Msr(cval, 0), sim::Msr(ctl, 1), sim::IsbInstruction(),
                        sim::BranchSelf()});
  memory.Place(kPlace + kIrqVector,
               {sim::Mrs(2, kIccIar1El1), sim::Hvc(2), sim::Msr(ctl, 31), sim::IsbInstruction(),
                sim::Msr(kIccEoir1El1, 2), sim::Hvc(3)});
  return GuestCode(kPlace);
}

}  // namespace trivet::tests
