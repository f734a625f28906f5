#pragma once

#include <cstdint>

namespace trivet::platforms {

/// The affinity fields of the MPIDR_EL1 of the CPU that calls: Aff3 at 39:32, Aff2 to Aff0 at 23:0.
/// [arm-arm] MPIDR_EL1.
inline std::uint64_t ThisAffinity() {
  std::uint64_t mpidr;
  asm("mrs %0, MPIDR_EL1" : "=r"(mpidr));
  return mpidr & 0xff'00ff'ffff;
}

}  // namespace trivet::platforms
