// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "host.h"

#include <memory>
#include <stdexcept>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "sim/instructions/instruction.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "sim/profiles/profile.h"

namespace embedder {
namespace {

namespace sim = trivet::sim;
using trivet::hal::Cpu;
using trivet::vectors::CpuSlot;

constexpr std::uint64_t kGuestEntry = 0x4020'0000;
constexpr std::uint64_t kFortyBits = (std::uint64_t{1} << 40) - 1;

/// A simulated CPU that hal::Cpu means while this object lives.
struct Simulated {
  sim::Pe pe{sim::ProfileNamed("cortex-a72")};
  sim::ScopedPe current{pe};
  unsigned interrupts_taken = 0;
};
std::unique_ptr<Simulated> simulated;

void OnInterrupt(CpuSlot&) {
  if (!simulated->pe.Line(sim::InterruptClass::kIrq)) return;
  simulated->pe.Raise(sim::InterruptClass::kIrq, false);
  ++simulated->interrupts_taken;
}

void OnUnexpected(CpuSlot&) { throw std::logic_error("an unexpected exception at EL2"); }

}  // namespace

trivet::vectors::Handlers Host::HandlersFor(trivet::CpuId) {
  return {
      .irq = &OnInterrupt, .fiq = &OnInterrupt, .serror = &OnUnexpected, .fatal = &OnUnexpected};
}

/// Host pointers may have more bits than a physical address.
std::uint64_t Host::PhysicalAddressOf(const void* address) {
  return reinterpret_cast<std::uint64_t>(address) & kFortyBits;
}

Machine::Machine() {
  simulated = std::make_unique<Simulated>();
  // An EL2 host receives no IRQs without these: [arm-arm] HCR_EL2.{IMO, FMO, AMO}.
  Cpu::Write<trivet::hal::HcrEl2>(trivet::hal::HcrEl2::Inert().imo(true).fmo(true).amo(true));
  Cpu::Isb();
  simulated->pe.memory().Place(
      kGuestEntry, {sim::MovImm(0, 'h'), sim::Hvc(1), sim::MovImm(0, 'i'), sim::Hvc(1), sim::Wfi(),
                    sim::MovImm(0, 42), sim::Hvc(2)});
}
Machine::~Machine() { simulated.reset(); }

void Machine::Show(void* memory, std::uint64_t bytes) {
  simulated->pe.memory().MapHost(Host::PhysicalAddressOf(memory), memory, bytes);
}
void Machine::RaiseInterrupt() { simulated->pe.RaiseIrq(); }
unsigned Machine::InterruptsTaken() const { return simulated->interrupts_taken; }

std::uint64_t GuestEntry() { return kGuestEntry; }

}  // namespace embedder
