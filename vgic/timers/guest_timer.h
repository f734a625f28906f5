// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/status.h"
#include "vgic/interrupt.h"
#include "vgic/timers/timer_state.h"

namespace trivet::vgic {

/// One EL1 timer of a vCPU, as a source of its manager, a VirtualCpuInterface. While the vCPU is
/// loaded the hardware counts and raises the timer's PPI. While it is not, the registers keep the
/// condition: Check() injects the level, and Loading() takes it back, since hardware raises it
/// again on the CPU that loads the vCPU. So there is one source at any time: no firing is lost, and
/// none comes twice. Calls are the manager's: by the CPU that has the vCPU loaded, or while none
/// has, by its owner; interrupts masked.
template <class Manager>
class GuestTimer {
 public:
  /// The guest receives `intid`, a PPI; the CPU's timer raises `physical`.
  constexpr GuestTimer(Manager& manager, unsigned intid, unsigned physical,
                       std::uint8_t priority = 0)
      : manager_(manager), intid_(intid), physical_(physical), priority_(priority) {}

  /// The PPI arrived while the vCPU is loaded: it was acknowledged and its priority dropped. It
  /// stays active until the guest ends its own.
  Status Fired() {
    return manager_.Inject(Interrupt::Hardware(intid_, physical_).priority(priority_));
  }
  /// After an unload, and when the embedder's timer for Deadline() expires: makes the interrupt
  /// what `saved` says at `count`, so that the manager's HasPending() says whether to load the
  /// vCPU.
  Status Check(const TimerState& saved, std::uint64_t count) {
    if (!saved.IsAsserted(count)) return manager_.Retract(intid_);
    return manager_.Inject(Interrupt::Level(intid_).priority(priority_));
  }
  /// Before each load.
  Status Loading() { return manager_.Retract(intid_); }

 private:
  Manager& manager_;
  const unsigned intid_, physical_;
  const std::uint8_t priority_;
};

}  // namespace trivet::vgic
