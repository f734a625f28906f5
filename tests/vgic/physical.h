// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "platforms/machine/description.h"

/// The physical interrupts of the machine that a test runs on: the simulator's or the board's.
namespace trivet::tests {

inline constexpr unsigned kMaintenance = 25;
/// SPIs that no device has.
inline constexpr unsigned kUnusedSpis[] = {190, 191, 188};

/// By the machine's description.
const platforms::InterruptController& ThisController();

/// Enables the maintenance interrupt of this CPU and the unused SPIs. Once there is a Machine.
void EnablePhysical();
void RaisePhysical(unsigned spi);
bool IsPhysicalActive(unsigned spi);

}  // namespace trivet::tests
