// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet {

/// A processing element, named by the affinity fields of its MPIDR_EL1 (Aff3 at 39:32, Aff2..Aff0
/// at 23:0; the other bits are zero). [arm-arm] MPIDR_EL1.
struct CpuId {
  static constexpr std::uint64_t kAffinityMask = 0xff'00ff'ffff;

  std::uint64_t affinity = 0;

  static constexpr CpuId FromMpidr(std::uint64_t mpidr) { return {mpidr & kAffinityMask}; }
  friend constexpr bool operator==(CpuId, CpuId) = default;
};

}  // namespace trivet
