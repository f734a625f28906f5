#pragma once

#include <cstdint>
#include <span>

#include "platforms/fdt/walk.h"
#include "vcpu/stage2/guest_memory.h"

namespace hv {

using trivet::platforms::fdt::Region;

/// The guest's stage 2: every address as itself, RAM as memory and the rest as devices, but for
/// `holes`, which trap. False: it does not fit.
bool MapGuest(std::span<const Region> holes);

/// In a hole: `ipa` leads to the device registers at `pa`, one page.
bool MapDevicePage(std::uint64_t ipa, std::uint64_t pa);

const trivet::vcpu::GuestMemory& GuestMemory();

}  // namespace hv
