// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/registers.h"
#include "vgic/distributor/guest_cpus.h"
#include "vgic/distributor/interrupt_registers.h"
#include "vgic/distributor/owners.h"
#include "vgic/distributor/sgi.h"

/// What a guest requests of its GIC that is another's, without an effect: for a report.
namespace trivet::vgic {

struct Refusal {
  enum class Kind : std::uint8_t {
    kNone,
    kInterrupt,      ///< `value` is an SPI that it wanted enabled, pending or active.
    kCpu,            ///< `value` is the write that was to send an SGI there.
    kRedistributor,  ///< `value` is the address of a store to that of a CPU it does not have.
  };
  Kind kind = Kind::kNone;
  std::uint64_t value = 0;
};

/// "interrupt", "SGI" or "Redistributor".
constexpr const char* ToString(Refusal::Kind kind) {
  constexpr const char* kNames[] = {"", "interrupt", "SGI", "Redistributor"};
  return kNames[static_cast<unsigned>(kind)];
}

/// Of a store of 4 bytes to a Distributor: GICD_ISENABLER<n>, GICD_ISPENDR<n> or GICD_ISACTIVER<n>
/// with the bit of an SPI that `guest` does not have. A kernel that clears what is not its own does
/// no harm, and requests nothing.
constexpr Refusal RefusedSpi(const OwnerTable& owners, GuestNumber guest, RegisterAccess access,
                             std::uint32_t value) {
  const std::uint32_t group = access.offset & ~0x7fu, word = access.offset % 0x80 / 4;
  const bool sets = group == gic::kIsenabler || group == gic::kIspendr || group == gic::kIsactiver;
  if (!sets || access.bytes != 4 || access.offset % 4 != 0 || word == 0) return {};
  const std::uint32_t others = value & ~owners.WordOf(guest, word);
  if (others == 0) return {};
  return {Refusal::Kind::kInterrupt, word * 32 + static_cast<unsigned>(__builtin_ctz(others))};
}

/// Of a write of ICC_SGI1R_EL1 that names a CPU which is not in `cpus`.
constexpr Refusal RefusedSgi(hal::IccSgi1rEl1 sgi, const GuestCpus& cpus) {
  if (sgi.irm()) return {};
  const std::uint64_t first = FirstAffinity(sgi);
  for (unsigned bit = 0; bit < 16; ++bit) {
    const bool named = (sgi.targetlist() >> bit & 1) != 0;
    if (named && cpus.ByGuestAffinity(first + bit) == nullptr) {
      return {Refusal::Kind::kCpu, sgi.raw()};
    }
  }
  return {};
}

/// Of a write of GICD_SGIR, GICv2, with a list that names more than the guest's `cpus`.
constexpr Refusal RefusedSgir(std::uint32_t sgir, const GuestCpus& cpus) {
  const std::uint32_t listed = (sgir >> 24 & 3) == 0 ? sgir >> 16 & 0xff : 0;
  return listed >> cpus.size() == 0 ? Refusal() : Refusal{Refusal::Kind::kCpu, sgir};
}

}  // namespace trivet::vgic
