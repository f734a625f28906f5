// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

namespace trivet::platforms {

/// Puts EL2 of this CPU into one known state, whatever a loader left: no virtualization, no traps,
/// no routing to EL2, E2H 0 where that is possible, its timers off. Translation as the entry code
/// turned it on, DAIF masked.
void NormalizeEl2State();

}  // namespace trivet::platforms
