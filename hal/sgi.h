// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/registers.h"

namespace trivet::hal {

/// The value of ICC_SGI1R_EL1, or of `SgiRegister`, that makes SGI `sgi` (0 to 15) pending on the
/// CPU with this affinity, in the layout of MPIDR_EL1. [gic] ICC_SGI1R_EL1.
template <class SgiRegister = IccSgi1rEl1>
constexpr SgiRegister SgiTo(std::uint64_t affinity, unsigned sgi) {
  const auto target = VmpidrEl2::FromRaw(affinity);
  return SgiRegister()
      .aff3(target.aff3())
      .aff2(target.aff2())
      .aff1(target.aff1())
      .rs(target.aff0() / 16)
      .targetlist(static_cast<std::uint16_t>(1u << target.aff0() % 16))
      .intid(static_cast<std::uint8_t>(sgi));
}

}  // namespace trivet::hal
