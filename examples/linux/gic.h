#pragma once

#include <array>
#include <cstdint>

#include "hal/cpu.h"
#include "platforms/fdt/walk.h"
#include "platforms/machine/description.h"
#include "vcpu/vcpu.h"
#include "vgic/distributor/guest_cpus.h"
#include "vgic/distributor/owners.h"

/// What the two versions of the GIC have in common. Every interrupt is the guest's, but for those
/// of EL2 itself.
namespace hv {

namespace hal = trivet::hal;
namespace platforms = trivet::platforms;
namespace vcpu = trivet::vcpu;
namespace vgic = trivet::vgic;
using platforms::fdt::Region;

/// The guest's CPUs by both names, which are the same here.
using CpuTable = std::array<vgic::GuestCpu, platforms::kMaxCpus>;

// [bsa] "PPI assignments".
inline constexpr unsigned kMaintenance = 25, kEl2Timer = 26, kEl2VirtualTimer = 28;
inline constexpr std::uint32_t kPrivate =
    ~(1u << kMaintenance | 1u << kEl2Timer | 1u << kEl2VirtualTimer);
inline constexpr vgic::GuestNumber kGuest = 1;
inline constexpr vgic::OwnerTable kOwners(kGuest);

}  // namespace hv
