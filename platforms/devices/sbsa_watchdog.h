// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "platforms/devices/mmio.h"

namespace trivet::platforms {

/// The generic watchdog of Arm's Base System Architecture ([bsa] DEN 0094, appendix "Generic
/// watchdog"), where its second signal resets the machine.
struct SbsaWatchdog {
  std::uintptr_t control;  ///< Physical address of the control frame.

  /// Resets the machine once the offset has passed twice: the first time signals an interrupt.
  void Reset() const {
    constexpr std::uint32_t kTicks = 1000;  // of the system counter
    MmioWrite32(control + kOffset, kTicks);
    MmioWrite32(control + kStatus, kEnable);
  }

 private:
  static constexpr std::uintptr_t kStatus = 0x000;  // WCS
  static constexpr std::uint32_t kEnable = 1u << 0;
  static constexpr std::uintptr_t kOffset = 0x008;  // WOR, low word
};

}  // namespace trivet::platforms
