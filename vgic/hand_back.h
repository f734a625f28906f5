// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "vgic/interrupt.h"

namespace trivet::vgic {

/// Gives what a vCPU has on the CPU that calls to the machine's own GIC, for a guest that goes on
/// without a hypervisor: its pending interrupts are pending there, the active ones active, and the
/// physical interface is set as its virtual one was. An interrupt without hardware has the same
/// INTID there. `native` has SetPending(intid) and SetActive(intid) for this CPU; of a GICv2's SGI
/// the number includes its sender. At EL2, interrupts masked; the vCPU is unloaded, or left on this
/// CPU, when it had no active priority (HasActivePriority()): no write of the physical active
/// priorities is portable. [gic] ICC_AP1R<n>_EL1. Afterwards `manager` is only destroyed.
template <class Interface, class Manager, class Native>
void HandBack(const Interface& interface, Manager& manager, const Native& native) {
  manager.TakePosts();
  manager.ForEach([&](ListRegister value) {
    const std::uint32_t intid = value.hw() ? value.pintid() : value.vintid();
    if (value.hw() && !IsActive(value)) interface.Deactivate(intid);
    if (!value.hw() && IsActive(value)) native.SetActive(intid);
    if (IsPending(value)) native.SetPending(intid);
  });
  interface.Adopt(manager.controls().vmcr);
}

}  // namespace trivet::vgic
