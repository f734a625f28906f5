// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "vgic/distributor/distributor.h"

namespace trivet::vgic {

/// What a Distributor with affinity routing has of its own. [gic] GICD_CTLR, GICD_TYPER,
/// GICD_IROUTER<n>.
template <GicMemory M>
struct DistributorV3 {
  static constexpr std::uint32_t kSize = 0x1'0000;
  static constexpr std::uint32_t kIdentification = 0xffd0;     ///< GICD_PIDR4 and up.
  static constexpr std::uint32_t kEnables = 0b11, kOn = 0b10;  ///< EnableGrp1, EnableGrp1A.
  static constexpr std::uint32_t kShown = 1u << 31 | 1u << 6 | 1u << 4;  ///< RWP, DS, ARE.

  /// No message-based SPIs, extended SPIs, virtual LPIs, 1 of N.
  static constexpr std::uint32_t TyperOf(std::uint32_t typer, unsigned, bool has_lpis) {
    constexpr std::uint32_t kAbsent = 1 << 8 | 1 << 16 | 1 << 18;
    constexpr std::uint32_t kLpis = 1 << 17 | 0x1f << 11;  // Whether there are any, how many.
    constexpr std::uint32_t kNo1N = 1 << 25;
    return (typer & ~(has_lpis ? kAbsent : kAbsent | kLpis)) | kNo1N;
  }
  static constexpr bool IsRoute(RegisterAccess access) {
    const bool inside = access.offset >= kIrouter + 8 * kPrivateIntids && access.offset < kEnd;
    const bool whole = access.bytes == 8 && access.offset % 8 == 0;
    return inside && (whole || (access.bytes == 4 && access.offset % 4 == 0));
  }
  /// The guest's name of the CPU; of its first one, where the SPI goes to none of its own.
  template <class Distributor>
  static std::uint64_t ReadRoute(const Distributor& gic, RegisterAccess access, unsigned) {
    if (!gic.Has(IntidOf(access))) return 0;
    const std::uint64_t affinity = M::Read64(gic.base() + (access.offset & ~7u)) & kAffinity;
    const GuestCpu* const cpu = gic.cpus().ByAffinity(affinity);
    const std::uint64_t route = cpu != nullptr ? cpu->guest_affinity : gic.cpus()[0].guest_affinity;
    if (access.bytes == 8) return route;
    return access.offset % 8 == 0 ? route & 0xffff'ffff : route >> 32;
  }
  /// To one of the guest's CPUs, or the write is ignored. Of a half, the other stays.
  template <class Distributor>
  static void WriteRoute(const Distributor& gic, RegisterAccess access, std::uint64_t value) {
    if (!gic.Has(IntidOf(access))) return;
    std::uint64_t route = value;
    if (access.bytes == 4) {
      const std::uint64_t old = ReadRoute(gic, {access.offset & ~7u, 8}, 0);
      const bool upper = access.offset % 8 != 0;
      route = upper ? (old & 0xffff'ffff) | value << 32
                    : (old & ~std::uint64_t{0xffff'ffff}) | (value & 0xffff'ffff);
    }
    const GuestCpu* const cpu = gic.cpus().ByGuestAffinity(route & kAffinity);
    if (cpu != nullptr) M::Write64(gic.base() + (access.offset & ~7u), cpu->affinity);
  }

 private:
  static constexpr std::uint32_t kIrouter = 0x6000, kEnd = kIrouter + 8 * kIntids;
  static constexpr std::uint64_t kAffinity = 0xff'00ff'ffff;

  static constexpr unsigned IntidOf(RegisterAccess access) {
    return (access.offset - kIrouter) / 8;
  }
};

template <GicMemory M>
using GuestDistributorV3 = GuestDistributor<M, DistributorV3<M>>;

}  // namespace trivet::vgic
