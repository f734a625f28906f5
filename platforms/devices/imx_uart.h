// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "platforms/devices/mmio.h"

namespace trivet::platforms {

/// The UART of NXP's i.MX parts ([imx8mp] i.MX 8M Plus Applications Processor Reference Manual,
/// "Universal Asynchronous Receiver/Transmitter"), as its boot firmware configured it: line
/// settings stay.
struct ImxUart {
  std::uintptr_t base;  ///< Physical address of URXD.

  /// Switches the UART and its transmitter on, which are off after reset.
  void Start() const {
    MmioWrite32(base + kControl1, MmioRead32(base + kControl1) | kEnable);
    MmioWrite32(base + kControl2, MmioRead32(base + kControl2) | kTransmitEnable | kNotReset);
  }

  /// Sends one byte; waits while the transmit FIFO is full.
  void Put(char byte) const {
    while (MmioRead32(base + kTest) & kTransmitFull) {
    }
    MmioWrite32(base + kTransmit, static_cast<unsigned char>(byte));
  }

  /// Waits until the last byte has left the shift register.
  void Drain() const {
    while ((MmioRead32(base + kStatus2) & kTransmitComplete) == 0) {
    }
  }

 private:
  static constexpr std::uintptr_t kTransmit = 0x40;            // UTXD
  static constexpr std::uintptr_t kControl1 = 0x80;            // UCR1
  static constexpr std::uint32_t kEnable = 1u << 0;            // UCR1.UARTEN
  static constexpr std::uintptr_t kControl2 = 0x84;            // UCR2
  static constexpr std::uint32_t kNotReset = 1u << 0;          // UCR2.SRST, active low
  static constexpr std::uint32_t kTransmitEnable = 1u << 2;    // UCR2.TXEN
  static constexpr std::uintptr_t kStatus2 = 0x98;             // USR2
  static constexpr std::uint32_t kTransmitComplete = 1u << 3;  // USR2.TXDC
  static constexpr std::uintptr_t kTest = 0xb4;                // UTS
  static constexpr std::uint32_t kTransmitFull = 1u << 4;      // UTS.TXFULL
};

}  // namespace trivet::platforms
