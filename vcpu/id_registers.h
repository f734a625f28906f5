// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "hal/capability.h"
#include "hal/register_info.h"

namespace trivet::vcpu {

/// What a guest with `open` reads from the ID register `encoding` on the calling CPU: what
/// hal/regs/guest.def offers of the CPU's own value, zero for registers that no line describes.
/// None: no ID register of HCR_EL2.TID3. At EL2.
std::optional<std::uint64_t> OfferedIdRegister(hal::Encoding encoding, hal::Capabilities open);

}  // namespace trivet::vcpu
