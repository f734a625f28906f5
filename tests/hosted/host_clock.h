// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "platforms/hosted/host.h"

namespace trivet::tests {

/// Counts the firmware's interrupts by their effect: UEFI's timer interrupt signals an event, whose
/// function is called on top of the interrupted code.
class HostClock {
 public:
  struct Counts {
    unsigned through_ours = 0;   ///< Interrupts that arrived while VBAR_EL2 held `vectors`.
    unsigned through_hosts = 0;  ///< The same, while it held another base.
  };

  /// Counts from here on, where the firmware has a clock. `vectors`: Trivet's base for VBAR_EL2.
  HostClock(const platforms::hosted::Host& host, std::uint64_t vectors);
  ~HostClock();
  HostClock(const HostClock&) = delete;
  HostClock& operator=(const HostClock&) = delete;

  /// Whether an interrupt of the firmware arrived while none of its functions was called. U-Boot
  /// has none, not even as UEFI firmware: it polls its timers when it is called.
  bool ticks() const { return ticks_; }
  static Counts Now();

 private:
  const platforms::hosted::Host& host_;
  platforms::efi::Event tick_ = nullptr;
  bool ticks_ = false;
};

/// The system counter, and the ticks of a duration.
std::uint64_t CounterNow();
std::uint64_t CounterTicks(std::uint64_t microseconds);

/// Checks that boot services still wait and signal events. True where there are none.
bool HostsTimersWork(const platforms::hosted::Host& host);

}  // namespace trivet::tests
