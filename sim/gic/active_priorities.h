// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/register_id.h"

/// ICH_AP0Rn_EL2 and ICH_AP1Rn_EL2, by group and number. [gic] "Active priorities".
namespace trivet::sim {

struct ActivePriorities {
  static constexpr hal::RegisterId At(unsigned group, unsigned n) {
    using enum hal::RegisterId;
    constexpr hal::RegisterId kAll[2][4] = {
        {kIchAp0r0El2, kIchAp0r1El2, kIchAp0r2El2, kIchAp0r3El2},
        {kIchAp1r0El2, kIchAp1r1El2, kIchAp1r2El2, kIchAp1r3El2}};
    return kAll[group][n];
  }
  /// How many there are of each group: one for each 32 levels of preemption.
  static constexpr unsigned RegistersOf(unsigned preemption_bits) {
    return preemption_bits <= 5 ? 1 : 1u << (preemption_bits - 5);
  }
};

}  // namespace trivet::sim
