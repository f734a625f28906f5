#include "sim/instructions/instruction.h"
#include "sim/pe/pe.h"
#include "tests/guest/life.h"
#include "tests/support/sim/sim_machine.h"

namespace trivet::tests {

std::uint64_t PlaceGuest() {
  constexpr std::uint64_t kEntry = 0x4020'0000;
  using hal::RegisterId;
  SimulatedPe().memory().Place(kEntry, {sim::Msr(RegisterId::kVbarEl1, 2), sim::Hvc(1), sim::Smc(0),
                                        sim::Wfi(), sim::Mrs(3, RegisterId::kIdAa64Pfr0El1),
                                        sim::Ldr(5, 1), sim::BranchSelf(), sim::Hvc(2)});
  return kEntry;
}

Status MapGuest(vcpu::BlockStage2& stage2) {
  constexpr std::uint64_t kSize = vcpu::BlockStage2::kBlockSize;
  const std::uint64_t block = PlaceGuest() / kSize * kSize;
  return stage2.Map(block, block, vcpu::MemoryType::kNormal);
}

}  // namespace trivet::tests
