// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/registers.h"
#include "vgic/distributor/guest_cpus.h"

/// The SGIs that a guest sends, from the writes that trap.
namespace trivet::vgic {

struct SgiTargets {
  unsigned intid;      ///< 0 to 15.
  std::uint32_t cpus;  ///< Bit n: the guest's CPU n. CPUs that the guest does not have are no bits.
};

/// Of the 16 CPUs that such a write may list, the affinity of the first. [gic] ICC_SGI1R_EL1.
constexpr std::uint64_t FirstAffinity(hal::IccSgi1rEl1 sgi) {
  return std::uint64_t{sgi.aff3()} << 32 | std::uint64_t{sgi.aff2()} << 16 |
         std::uint64_t{sgi.aff1()} << 8 | sgi.rs() * 16u;
}

/// A write of ICC_SGI1R_EL1, ICC_SGI0R_EL1 or ICC_ASGI1R_EL1 by the guest's CPU `sender`. [gic]
/// ICC_SGI1R_EL1.
constexpr SgiTargets TargetsOf(hal::IccSgi1rEl1 sgi, const GuestCpus& cpus, unsigned sender) {
  const std::uint64_t first = FirstAffinity(sgi);
  std::uint32_t targets = 0;
  for (unsigned i = 0; i < cpus.size(); ++i) {
    const std::uint64_t place = cpus[i].guest_affinity - first;
    const bool listed = place < 16 && (sgi.targetlist() >> place & 1) != 0;
    if (sgi.irm() ? i != sender : listed) targets |= 1u << i;
  }
  return {.intid = sgi.intid(), .cpus = targets};
}

/// A write of GICD_SGIR, GICv2. [gic2] GICD_SGIR.TargetListFilter.
constexpr SgiTargets TargetsOfSgir(std::uint32_t sgir, const GuestCpus& cpus, unsigned sender) {
  const std::uint32_t all = cpus.size() >= 32 ? ~0u : (1u << cpus.size()) - 1;
  const std::uint32_t self = 1u << sender;
  std::uint32_t targets = 0;
  switch (sgir >> 24 & 3) {
    case 0: targets = sgir >> 16 & 0xff & all; break;
    case 1: targets = all & ~self; break;
    case 2: targets = self; break;
    default: break;
  }
  return {.intid = sgir & 0xf, .cpus = targets};
}

}  // namespace trivet::vgic
