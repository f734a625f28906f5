// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "sim/pe/machine.h"
#include "vgic/interrupt.h"

/// The physical interrupts that back a guest's, on a simulated machine. Each CPU has its PPIs; an
/// SPI is active for all CPUs.
namespace trivet::vgic {

inline constexpr unsigned kCpus = 2;

constexpr bool IsPpi(std::uint32_t physical) { return physical < kFirstSpi; }

inline bool IsPhysicalActive(sim::Machine& machine, std::uint32_t physical) {
  bool active = machine.pe(0).gic().IsActive(physical);
  if (IsPpi(physical)) active = active || machine.pe(1).gic().IsActive(physical);
  return active;
}

/// With its priority dropped; a PPI on CPU `cpu` alone.
inline void SetPhysical(sim::Machine& machine, std::uint32_t physical, bool active, unsigned cpu) {
  for (unsigned i = 0; i < kCpus; ++i) {
    const bool here = active && (!IsPpi(physical) || i == cpu);
    sim::GicInterface& gic = machine.pe(i).gic();
    if (gic.IsActive(physical) == here) continue;
    gic.Deactivate(physical);
    if (!here) continue;
    gic.SetPending(physical);
    (void)gic.Acknowledge(1, {.priority_mask = 0xff, .group_enable = {true, true}});
    gic.End(physical);
  }
}

}  // namespace trivet::vgic
