// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/status.h"
#include "platforms/machine/description.h"

namespace trivet::platforms {

/// Makes `ram`, whole pages, Normal memory of EL2's own translation: Write-Back, inner shareable,
/// written and never executed, at its own addresses; before, it is Device memory, which a guest's
/// caches do not agree with and which takes no unaligned access. The caller knows that it is RAM:
/// what is mapped so may be read speculatively. What EL2 stored there before is kept.
/// Before any other CPU was started, by the boot CPU, at EL2, any mask state; at most 8 ranges.
/// Errors, with nothing changed: kInvalidArgument (no whole pages, no address of this CPU's, or
/// pages of the image), kNoRoom, kInUse (another CPU was started and did not turn off).
Status MapRam(const MemoryRange& ram);

}  // namespace trivet::platforms
