// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <mutex>

#include "hal/cpu.h"
#include "sim/pe/code_map.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"
#include "vectors/cpu_slot.h"
#include "vectors/selected_table.h"
#include "vectors/sim/tables.h"
#include "vectors/slot_finder.h"
#include "vectors/table_layout.h"

namespace trivet::vectors {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constinit thread_local std::uint64_t stack_pointer = 0;

/// It stands at its own address; of its slots nothing is ever read.
constexpr VectorTable kTrivets = {};

/// The slot that the table which `pe` has branched to finds.
CpuSlot& ThisCpu(const sim::Pe& pe, std::uint64_t offset) {
  const auto& table = *reinterpret_cast<const VectorTable*>(pe.pc() - offset);
  const FoundSlot found = FindSlot(table.finder);
  if (found.status != Status::kOk) throw sim::Violation("a vector found no CpuSlot");
  return *reinterpret_cast<CpuSlot*>(found.page);
}

/// What crash.S does, the emergency stack apart.
void Crash(sim::Pe& pe, CpuSlot& cpu, std::uint64_t offset) {
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
void CallHost(CpuSlot& cpu, Handler Handlers::* handler) {
  const ElrEl2 elr = Cpu::Read<ElrEl2>();
  const SpsrEl2 spsr = Cpu::Read<SpsrEl2>();
  (cpu.handlers.*handler)(cpu);
  Cpu::Write<ElrEl2>(elr);
  Cpu::Write<SpsrEl2>(spsr);
}

/// The simulator's PE branched to `offset` of the table. Slots from 0x400 up belong to EnterGuest.
void RunSlot(sim::Pe& pe, std::uint64_t offset) {
  if (offset >= kLowerElOffset) throw sim::Violation("a guest exit outside EnterGuest");
  CpuSlot& cpu = ThisCpu(pe, offset);
  switch (offset / kSlotSize % kSlotsPerSource) {
    case 0: return Crash(pe, cpu, offset);
    case 1: return CallHost(cpu, &Handlers::irq);
    case 2: return CallHost(cpu, &Handlers::fiq);
    default: return CallHost(cpu, &Handlers::serror);
  }
}

}  // namespace

std::uint64_t SelectedTableBase() {
  static const std::uint64_t base = SelectedBaseOf(kTrivets);
  return base;
}

std::uint64_t SelectedBaseOf(const VectorTable& table) {
  static std::mutex mutex;
  const auto base = reinterpret_cast<std::uint64_t>(&table);
  const std::scoped_lock lock(mutex);
  if (!IsTable(base)) sim::CodeMap::Instance().Map(base, kTableSize, &RunSlot);
  return base;
}

bool IsTable(std::uint64_t base) {
  return sim::CodeMap::Instance().Find(base).code == &RunSlot && base % kTableSize == 0;
}

std::uint64_t TranslationVectors() {
  static constexpr VectorTable kPlace = {};
  return reinterpret_cast<std::uint64_t>(&kPlace);
}

std::uint64_t StackPointer() { return stack_pointer; }
void SetStackPointer(std::uint64_t sp) { stack_pointer = sp; }

}  // namespace trivet::vectors
