#include <cstddef>

#include "hal/cpu.h"
#include "sim/pe/code_map.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"
#include "vectors/cpu_slot.h"
#include "vectors/selected_table.h"
#include "vectors/table_layout.h"

namespace trivet::vectors {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// The address the simulated table stands at; nothing is ever read from it.
alignas(kTableSize) constexpr std::byte kPlace[kTableSize] = {};

CpuSlot& ThisCpu() { return *reinterpret_cast<CpuSlot*>(Cpu::Read<TpidrEl2>().raw()); }

/// What crash.S does, the emergency stack apart.
void Crash(sim::Pe& pe, std::uint64_t offset) {
  CpuSlot& cpu = ThisCpu();
  if (++cpu.crashes != 1) throw sim::Violation("a crash inside the fatal handler parked the CPU");
  for (unsigned n = 0; n < std::size(cpu.crash.x); ++n) cpu.crash.x[n] = pe.x(n);
  cpu.crash.vector = offset;
#define CRASH_REGISTER(member, Type, NAME) cpu.crash.member = Cpu::Read<Type>().raw();
#include "vectors/crash_registers.def"
  cpu.handlers.fatal(cpu);
  throw sim::Violation("the fatal handler returned: the CPU is parked");
}

/// What a host_slot of table.S does: call, with ELR_EL2 and SPSR_EL2 kept, so that a handler may
/// nest.
void CallHost(Handler Handlers::* handler) {
  CpuSlot& cpu = ThisCpu();
  const ElrEl2 elr = Cpu::Read<ElrEl2>();
  const SpsrEl2 spsr = Cpu::Read<SpsrEl2>();
  (cpu.handlers.*handler)(cpu);
  Cpu::Write<ElrEl2>(elr);
  Cpu::Write<SpsrEl2>(spsr);
}

/// The simulator's PE branched to `offset` of the table. Slots from 0x400 up belong to EnterGuest.
void RunSlot(sim::Pe& pe, std::uint64_t offset) {
  if (offset >= kLowerElOffset) throw sim::Violation("a guest exit outside EnterGuest");
  switch (offset / kSlotSize % kSlotsPerSource) {
    case 0: return Crash(pe, offset);
    case 1: return CallHost(&Handlers::irq);
    case 2: return CallHost(&Handlers::fiq);
    default: return CallHost(&Handlers::serror);
  }
}

}  // namespace

std::uint64_t SelectedTableBase() {
  static const auto base = reinterpret_cast<std::uint64_t>(&kPlace);
  static const sim::ScopedCode code(base, kTableSize, &RunSlot);
  return base;
}

}  // namespace trivet::vectors
