// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "percpu/guest_registers.h"
#include "vgic/timers/timer_state.h"

/// The timers of a guest that no CPU has loaded. [bsa] "PPI assignments": their usual INTIDs.
namespace trivet::vgic {

inline constexpr unsigned kVirtualTimer = 27, kPhysicalTimer = 30;

/// `offset`: the guest's vcpu::Config::counter_offset.
inline TimerState VirtualTimerOf(const percpu::GuestRegisters& saved, std::uint64_t offset) {
  return {.control = saved.load.Get<hal::CntvCtlEl0>().raw(),
          .compare = saved.load.Get<hal::CntvCvalEl0>().raw(),
          .offset = offset};
}

/// Of a guest without hal::Capability::kPhysicalTimer: one that is off.
inline TimerState PhysicalTimerOf(const percpu::GuestRegisters& saved) {
  if (!saved.open.Has(hal::Capability::kPhysicalTimer)) return {};
  return {.control = saved.opened_load.Get<hal::CntpCtlEl0>().raw(),
          .compare = saved.opened_load.Get<hal::CntpCvalEl0>().raw()};
}

}  // namespace trivet::vgic
