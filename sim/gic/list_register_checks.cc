// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <format>

#include "hal/registers.h"
#include "sim/gic/active_priorities.h"
#include "sim/gic/list_registers.h"
#include "sim/pe/violation.h"

/// Contents of list registers that no guest may run with.
namespace trivet::sim {
namespace {

using hal::IchLr0El2;
using hal::ListRegisterState;

/// [gic] ICH_LRn_EL2: what is UNPREDICTABLE in a valid one, and what is not modelled.
const char* FaultOf(IchLr0El2 lr) {
  if (lr.nmi()) return "NMI: Superpriority of the virtual interface is not modelled";
  if (IsSpecial(lr.vintid())) return "a valid one whose vINTID is 1020 to 1023";
  if (!lr.hw()) return nullptr;
  if (lr.state() == ListRegisterState::kPendingAndActive)
    return "HW and pending and active: only software interrupts may be both";
  if (lr.pintid() >= GicInterface::kIntids) return "HW, and pINTID is not an SGI, PPI or SPI";
  return nullptr;
}

}  // namespace

void ListRegisters::Refuse() const {
  const auto hcr = hal::IchHcrEl2::FromRaw(pe_.Peek(hal::RegisterId::kIchHcrEl2));
  if (!hcr.en()) return;
  if (hcr.dvim() || hcr.vsgieoicount()) {
    throw Violation(std::format("{}: ICH_HCR_EL2 = {:#x}: DVIM and vSGIEOICount are not modelled",
                                pe_.Where(), hcr.raw()));
  }
  for (unsigned n = 0; n < Count(); ++n) {
    const auto lr = IchLr0El2::FromRaw(Get(n));
    if (lr.state() == ListRegisterState::kInvalid) continue;
    if (const char* const fault = FaultOf(lr)) {
      throw Violation(std::format("{}: ICH_LR{}_EL2 = {:#x}: {}", pe_.Where(), n, lr.raw(), fault));
    }
    for (unsigned other = 0; other < n; ++other) {
      const auto earlier = IchLr0El2::FromRaw(Get(other));
      if (earlier.state() == ListRegisterState::kInvalid || earlier.vintid() != lr.vintid())
        continue;
      throw Violation(std::format("{}: ICH_LR{}_EL2 and ICH_LR{}_EL2 both have vINTID {}",
                                  pe_.Where(), other, n, lr.vintid()));
    }
  }
  if (hal::IchAp1r0El2::FromRaw(pe_.Peek(ActivePriorities::At(1, 0))).nmi()) {
    throw Violation(
        std::format("{}: ICH_AP1R0_EL2.NMI: Superpriority of the virtual interface is "
                    "not modelled",
                    pe_.Where()));
  }
}

}  // namespace trivet::sim
