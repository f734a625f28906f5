// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/instructions/instruction.h"
#include "tests/guest/guest_scenario.h"
#include "tests/support/sim/place_program.h"

namespace trivet::tests {

GuestCode PlaceGuestCode() {
  using hal::RegisterId;
  return PlaceProgram({sim::Msr(RegisterId::kVbarEl1, 2), sim::Hvc(1), sim::Smc(0), sim::Wfi(),
                       sim::Mrs(3, RegisterId::kIdAa64Pfr0El1), sim::Ldr(5, 1), sim::BranchSelf(),
                       sim::Hvc(2), sim::Msr(RegisterId::kCpacrEl1, 5), sim::IsbInstruction(),
                       sim::FmovFromVector(4, 0), sim::FmovToVector(0, 3), sim::Hvc(3)});
}

GuestCode PlaceValuesGuest() {
  using enum hal::RegisterId;
  return PlaceProgram({sim::Msr(kSpEl0, 2), sim::Msr(kTpidrEl0, 3), sim::Msr(kTpidrroEl0, 4),
                       sim::Msr(kParEl1, 5), sim::Hvc(1), sim::Mrs(6, kSpEl0),
                       sim::Mrs(7, kTpidrEl0), sim::Mrs(8, kTpidrroEl0), sim::Mrs(9, kParEl1),
                       sim::Hvc(2)});
}

}  // namespace trivet::tests
