// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/status.h"
#include "vgic/interrupt.h"

namespace trivet::vgic {

/// Takes every interrupt that is pending for this CPU and makes it its vCPU's, after an exit by
/// IRQ: an SGI as one of the same number, a PPI or SPI with its hardware behind it, which the
/// guest's end deactivates, an LPI with the priority that it has in its table. INTID `maintenance`
/// is the manager's own. `describe(interrupt)` gives an interrupt the priority and group that it
/// has for the guest. At EL2, interrupts masked; `interface` has the physical calls of
/// GicV3Interface. The sender of a GICv2's SGI is the machine's number. Errors: Inject()'s, of an
/// interrupt that stays active.
template <class Interface, class Manager, class Describe>
Status TakeInterrupts(const Interface& interface, Manager& manager, std::uint32_t maintenance,
                      Describe describe) {
  constexpr std::uint32_t kIntid = 0x3ff;  // Of GICC_IAR: above it is the sender.
  for (;;) {
    const std::uint32_t acknowledged = interface.Acknowledge();
    const std::uint32_t sgi = acknowledged & kIntid;
    if (acknowledged - kFirstSpecial < 4) return Status::kOk;
    Status status = Status::kOk;
    if (acknowledged == maintenance) {
      manager.ServeMaintenance();
      interface.End(acknowledged);
    } else if (sgi < kSgis && acknowledged < kFirstLpi) {
      interface.End(acknowledged);
      status = manager.Inject(
          describe(Interrupt::SgiFrom(sgi, acknowledged >> Interrupt::kSenderShift)));
    } else if (acknowledged >= kFirstLpi) {
      // [gic] ICC_RPR_EL1 is its priority now, and it has no active state to end.
      const std::uint8_t priority = interface.RunningPriority();
      interface.DropPriority(acknowledged);
      status = manager.Inject(describe(Interrupt::Edge(acknowledged).priority(priority)));
    } else {
      interface.DropPriority(acknowledged);
      status = manager.Inject(describe(Interrupt::Hardware(acknowledged, acknowledged)));
    }
    if (status != Status::kOk) return status;
  }
}

}  // namespace trivet::vgic
