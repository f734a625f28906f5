// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/instructions/instruction.h"
#include "tests/support/sim/place_program.h"
#include "tests/vgic/guest_program.h"

namespace trivet::tests {

GuestCode PlaceInterfaceGuest() {
  using enum hal::RegisterId;
  const sim::MemoryShape word = {.size_log2 = 2, .sixty_four = false};
  sim::GuestProgram program;
  for (const sim::Instruction& op :
       {sim::Nop(), sim::Mrs(0, kIccIar1El1), sim::Msr(kIccEoir1El1, 0), sim::Msr(kIccDirEl1, 0),
        sim::Msr(kIccIgrpen1El1, 0), sim::Mrs(0, kIccIar0El1), sim::Msr(kIccEoir0El1, 0),
        sim::Msr(kIccIgrpen0El1, 0), sim::Msr(kIccPmrEl1, 0), sim::Msr(kIccCtlrEl1, 0),
        sim::Ldr(0, 1, word), sim::Str(0, 1, word)}) {
    program.insert(program.end(), {op, sim::IsbInstruction(), sim::Hvc(0)});
  }
  return PlaceProgram(program);
}

}  // namespace trivet::tests
