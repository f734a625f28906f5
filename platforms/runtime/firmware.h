// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <span>

namespace trivet::platforms {

/// Calls the firmware by SMC #0 with x0 to x17, which are its results afterwards: any call of
/// [smccc] 1.2 or older, for example one of a guest that is passed on. False, and nothing changed:
/// there is no firmware that could be called. Any CPU at EL2, any mask state.
bool CallFirmware(std::span<std::uint64_t, 18> x);

}  // namespace trivet::platforms
