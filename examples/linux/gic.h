#pragma once

#include <array>
#include <cstdint>

#include "hal/cpu.h"
#include "platforms/machine/description.h"
#include "vcpu/vcpu.h"
#include "vgic/distributor/guest_cpus.h"
#include "vgic/distributor/owners.h"
#include "vgic/distributor/physical_gic.h"
#include "vgic/interrupt.h"

/// What the two versions of the GIC have in common. Every interrupt is the guest's, but for those of
/// EL2 itself.
namespace hv {

namespace hal = trivet::hal;
namespace platforms = trivet::platforms;
namespace vcpu = trivet::vcpu;
namespace vgic = trivet::vgic;

/// The guest's CPUs by both names, which are the same here.
using CpuTable = std::array<vgic::GuestCpu, platforms::kMaxCpus>;

inline constexpr vgic::GuestNumber kGuest = 1;
inline constexpr unsigned kFirstSpecial = 1020;

// [bsa] "PPI assignments".
inline constexpr unsigned kMaintenance = 25, kEl2Timer = 26, kEl2VirtualTimer = 28;
inline constexpr std::uint32_t kOfEl2 =
    1u << kMaintenance | 1u << kEl2Timer | 1u << kEl2VirtualTimer;
inline constexpr vgic::OwnerTable kOwners = [] {
  vgic::OwnerTable owners;
  for (unsigned spi = vgic::kFirstSpi; spi < vgic::kIntids; ++spi) owners.Give(spi, kGuest);
  return owners;
}();

/// The guest chose the priority of `intid` in this frame. A virtual interface has at least five
/// bits of it: [gic] ICH_VTR_EL2.PRIbits.
inline std::uint8_t PriorityIn(std::uintptr_t frame, unsigned intid) {
  const std::uintptr_t at = frame + vgic::gic::kIpriorityr + intid / 4 * 4;
  return (vgic::PhysicalGic::Read32(at) >> 8 * (intid % 4)) & 0xf8;
}

}  // namespace hv
