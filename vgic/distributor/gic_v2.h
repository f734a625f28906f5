// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "vgic/distributor/distributor.h"

namespace trivet::vgic {

/// What a GICv2's Distributor has of its own. [gic2] GICD_CTLR, GICD_TYPER, GICD_ITARGETSR<n>.
template <GicMemory M>
struct DistributorV2 {
  static constexpr std::uint32_t kSize = 0x1000;
  static constexpr std::uint32_t kIdentification = 0xfd0;  ///< GICD_PIDR4 and up, of 4 KiB.
  static constexpr std::uint32_t kEnables = 0b11, kOn = 0b11, kShown = 0;

  /// The guest's number of CPUs in CPUNumber.
  static constexpr std::uint32_t TyperOf(std::uint32_t typer, unsigned cpus, bool) {
    constexpr std::uint32_t kCpuNumber = 7 << 5;
    return (typer & ~kCpuNumber) | ((cpus - 1) << 5 & kCpuNumber);
  }
  static constexpr bool IsRoute(RegisterAccess access) {
    const bool inside = access.offset >= gic::kItargetsr && access.offset < kEnd;
    return inside && (access.bytes == 1 || (access.bytes == 4 && access.offset % 4 == 0));
  }
  /// Of SGIs and PPIs the CPU that reads; of the guest's SPIs its CPUs among the targets.
  template <class Distributor>
  static std::uint64_t ReadRoute(const Distributor& gic, RegisterAccess access, unsigned vcpu) {
    std::uint64_t value = 0;
    const std::uint32_t word = M::Read32(gic.base() + (access.offset & ~3u));
    for (unsigned i = 0; i < access.bytes; ++i) {
      const unsigned intid = access.offset - gic::kItargetsr + i;
      if (!gic.Has(intid)) continue;
      const auto targets = static_cast<std::uint8_t>(word >> 8 * ((access.offset + i) % 4));
      const unsigned mask = intid < kPrivateIntids ? 1u << vcpu : gic.cpus().GuestMaskOf(targets);
      value |= std::uint64_t{mask & 0xff} << 8 * i;
    }
    return value;
  }
  template <class Distributor>
  static void WriteRoute(const Distributor& gic, RegisterAccess access, std::uint64_t value) {
    for (unsigned i = 0; i < access.bytes; ++i) {
      const unsigned intid = access.offset - gic::kItargetsr + i;
      if (intid < kPrivateIntids || !gic.Has(intid)) continue;
      const auto targets = static_cast<std::uint8_t>(value >> 8 * i);
      M::Write8(gic.base() + access.offset + i, gic.cpus().InterfacesOf(targets));
    }
  }

 private:
  static constexpr std::uint32_t kEnd = gic::kItargetsr + kIntids;
};

template <GicMemory M>
using GuestDistributorV2 = GuestDistributor<M, DistributorV2<M>>;

}  // namespace trivet::vgic
