// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "platforms/devices/mmio.h"

namespace trivet::platforms {

/// Arm PrimeCell UART PL011 (DDI 0183), as its boot firmware configured it: line settings stay.
struct Pl011 {
  std::uintptr_t base;  ///< Physical address of UARTDR.

  /// Does nothing: a UART that firmware left off has no bit rate either, and QEMU's sends anyway.
  void Start() const {}

  /// Sends one byte; waits while the transmit FIFO is full.
  void Put(char byte) const {
    while (MmioRead32(base + kFlags) & kTransmitFull) {
    }
    MmioWrite32(base + kData, static_cast<unsigned char>(byte));
  }

  /// Waits until the last byte has left the shift register.
  void Drain() const {
    while (MmioRead32(base + kFlags) & kBusy) {
    }
  }

 private:
  static constexpr std::uintptr_t kData = 0x00;            // UARTDR
  static constexpr std::uintptr_t kFlags = 0x18;           // UARTFR
  static constexpr std::uint32_t kBusy = 1u << 3;          // UARTFR.BUSY
  static constexpr std::uint32_t kTransmitFull = 1u << 5;  // UARTFR.TXFF
};

}  // namespace trivet::platforms
