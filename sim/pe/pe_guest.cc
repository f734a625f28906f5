// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <format>

#include "sim/gic/list_registers.h"
#include "sim/instructions/interpreter.h"
#include "sim/instructions/unmodelled.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"

namespace trivet::sim {

/// A guest would notice these; the simulated one does not.
void Pe::RefuseUnmodelledControls() const {
  for (const UnmodelledControl& control : UnmodelledControls()) {
    if (!model_->Has(hal::InfoOf(control.id).needs)) continue;
    const std::uint64_t bits = Peek(control.id) & control.mask & model_->MasksOf(control.id).stores;
    if (bits == 0) continue;
    throw Violation(std::format("{}: a guest runs while {} has bits {:#x}: {}: not modelled",
                                Where(), hal::InfoOf(control.id).name, bits, control.what));
  }
}

std::uint64_t Pe::RunLowerEl() {
  if (state_.pstate.el() == 2) {
    throw Violation(std::format("{}: RunLowerEl() needs EL0 or EL1", Where()));
  }
  RefuseUnmodelledControls();
  ListRegisters(*this).Refuse();
  for (std::uint64_t count = 0; count < instruction_limit_; ++count) {
    BeginAccess("instruction at", "PC");
    auto exception = DeliverableInterrupt();
    if (!exception) exception = Interpreter(*this).Step();
    if (exception) {
      const std::uint64_t vector = TakeException(*exception);
      if (exception->target_el == 2) return vector;
    }
    CallHook();
  }
  throw Violation(std::format("{}: the guest ran {} instructions without an exit, PC {:#x}",
                              Where(), instruction_limit_, state_.pc));
}

}  // namespace trivet::sim
