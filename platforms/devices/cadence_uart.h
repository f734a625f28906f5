// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "platforms/devices/mmio.h"

namespace trivet::platforms {

/// Cadence UART of Zynq and Zynq UltraScale+ ([ug1087] module UART), as its boot firmware
/// configured it: line settings stay.
struct CadenceUart {
  std::uintptr_t base;  ///< Physical address of the Control register.

  /// Switches the transmitter on, which is off after reset.
  void Start() const {
    const std::uint32_t control = MmioRead32(base + kControl);
    MmioWrite32(base + kControl, (control & ~kTransmitDisable) | kTransmitEnable);
  }

  /// Sends one byte; waits while the transmit FIFO is full.
  void Put(char byte) const {
    while (MmioRead32(base + kStatus) & kTransmitFull) {
    }
    MmioWrite32(base + kFifo, static_cast<unsigned char>(byte));
  }

  /// Waits until the last byte has left the shift register.
  void Drain() const {
    while ((MmioRead32(base + kStatus) & (kTransmitEmpty | kTransmitActive)) != kTransmitEmpty) {
    }
  }

 private:
  static constexpr std::uintptr_t kControl = 0x00;            // Control
  static constexpr std::uint32_t kTransmitEnable = 1u << 4;   // Control.TXEN
  static constexpr std::uint32_t kTransmitDisable = 1u << 5;  // Control.TXDIS
  static constexpr std::uintptr_t kStatus = 0x2c;             // Channel_sts
  static constexpr std::uint32_t kTransmitEmpty = 1u << 3;    // Channel_sts.TEMPTY
  static constexpr std::uint32_t kTransmitFull = 1u << 4;     // Channel_sts.TFUL
  static constexpr std::uint32_t kTransmitActive = 1u << 11;  // Channel_sts.TACTIVE
  static constexpr std::uintptr_t kFifo = 0x30;               // TX_RX_FIFO
};

}  // namespace trivet::platforms
