// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "percpu/per_cpu.h"
#include "tests/hosted/host_clock.h"
#include "tests/hosted/own_interrupt.h"
#include "tests/hosted/register_snapshot.h"
#include "tests/hosted/resident_host.h"
#include "vcpu/exit.h"

namespace trivet::tests {

/// What happened from one enable to its disable.
struct Round {
  Status enable = Status::kNotEnabled, run = Status::kNotEnabled, unload = Status::kNotEnabled,
         audit = Status::kNotEnabled, disable = Status::kNotEnabled;
  unsigned hypercalls = 0, waits = 0, irqs = 0, others = 0;  ///< Exits of the guest.
  unsigned own = 0;                                          ///< IRQs that the image took itself.
  HostClock::Counts window;                                  ///< Interrupts outside the guest.
  HostClock::Counts all;                                     ///< Interrupts from enable to disable.
  RegisterSnapshot before, after;
  bool mask_kept = false;  ///< PSTATE.DAIF was the firmware's after every call.
  percpu::HostKind kind = percpu::HostKind::kNvhe;
};

/// The sources of a round's interrupts.
struct Interrupts {
  const HostClock& host;
  const OwnInterrupt& own;

  bool expected() const { return host.ticks() || own.is_enabled(); }
};

/// Enables this CPU, waits for an interrupt of the firmware, runs the guest to its end, disables.
/// On `cpu`'s CPU, with the firmware's mask.
void LiveOneRound(percpu::PerCpu<ResidentHost>& cpu, const Interrupts& interrupts, Round& round);

}  // namespace trivet::tests
