// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "platforms/devices/mmio.h"

namespace trivet::platforms {

/// The watchdog in the power manager of the BCM2835 and its successors, the only way to reset a
/// Raspberry Pi from EL2. Not in Broadcom's manuals: registers as [u-boot] and [linux] use them
/// (bcm2835-pm).
struct Bcm2835Watchdog {
  std::uintptr_t base;  ///< Physical address of the power manager.

  /// Resets the machine after some 150 us.
  void Reset() const {
    constexpr std::uint32_t kTicks = 10;  // of 1/65536 s
    MmioWrite32(base + kWatchdog, kPassword | kTicks);
    const std::uint32_t control = MmioRead32(base + kResetControl) & ~kResetKind;
    MmioWrite32(base + kResetControl, kPassword | (control & 0x00ff'ffff) | kFullReset);
  }

 private:
  static constexpr std::uint32_t kPassword = 0x5a00'0000;  // in each write
  static constexpr std::uintptr_t kResetControl = 0x1c;    // PM_RSTC
  static constexpr std::uint32_t kResetKind = 3u << 4;     // PM_RSTC.WRCFG
  static constexpr std::uint32_t kFullReset = 2u << 4;
  static constexpr std::uintptr_t kWatchdog = 0x24;  // PM_WDOG
};

}  // namespace trivet::platforms
