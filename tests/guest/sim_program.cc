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

}  // namespace trivet::tests
