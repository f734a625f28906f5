// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/status.h"
#include "vcpu/stage2/guest_memory.h"

namespace late {

/// Stage 2 of the calling CPU is `memory`, or that of PrepareMemory(). After each enable.
void UseMemory(const trivet::vcpu::GuestMemory& memory);
void UseMemory();

/// A stage 2 that maps nothing.
trivet::Status CreateMemory(trivet::vcpu::GuestMemory& memory, std::uint16_t vmid);

}  // namespace late
