#pragma once

#include <cstdint>

#include "platforms/hosted/host.h"

namespace trivet::tests {

/// An interrupt of the host's own, told by what the host does with it: UEFI's timer interrupt
/// signals an event, whose function is called on top of what was interrupted.
class HostClock {
 public:
  struct Counts {
    unsigned through_ours = 0;   ///< Interrupts that arrived while VBAR_EL2 held `vectors`.
    unsigned through_hosts = 0;  ///< The same, while it held another base.
  };

  /// Counts from here on, where the host has a clock. `vectors`: Trivet's base for VBAR_EL2.
  HostClock(const platforms::hosted::Host& host, std::uint64_t vectors);
  ~HostClock();
  HostClock(const HostClock&) = delete;
  HostClock& operator=(const HostClock&) = delete;

  /// Whether an interrupt of the host's came although nothing of the host was called. U-Boot has
  /// none, not even as UEFI firmware: its timers are looked at when it is called.
  bool ticks() const { return ticks_; }
  static Counts Now();

 private:
  const platforms::hosted::Host& host_;
  platforms::efi::Event tick_ = nullptr;
  bool ticks_ = false;
};

/// The system counter, and its ticks in a time.
std::uint64_t CounterNow();
std::uint64_t CounterTicks(std::uint64_t microseconds);

/// What a host with boot services can still do: it waits, and its events come. True where that is
/// so, or where the host offers no such thing to a program.
bool HostsTimersWork(const platforms::hosted::Host& host);

}  // namespace trivet::tests
