// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>

#include "hal/registers.h"

namespace trivet::percpu {

/// The performance monitors of one owner: the MONITOR lines of hal/regs/guest.def. A guest has the
/// cycle counter and the event counters below MDCR_EL2.HPMN; the others stay the host's and go on
/// counting.
struct PmuState {
  static constexpr unsigned kMaxCounters = 31;

  std::uint64_t pmcr = 0;
  std::uint64_t enabled = 0, overflowed = 0, interrupts = 0;  ///< A bit for each counter, as PMOVS.
  std::uint32_t selected = 0;                                 ///< PMSELR_EL0: bits 63:32 are RES0.
  std::uint8_t counters = 0;  ///< Event counters that the guest has.
  std::uint64_t cycles = 0, cycle_filter = 0;
  std::array<std::uint64_t, kMaxCounters> counts = {}, types = {};

  /// How many event counters a guest has, where MDCR_EL2 is `mdcr`. At EL2.
  static unsigned CountersFor(hal::MdcrEl2 mdcr);

  /// Stops the owner's counters and reads them. At EL2.
  void Save();
  /// Writes and starts them; those of the last owner are stopped.
  void Restore() const;
};

}  // namespace trivet::percpu
