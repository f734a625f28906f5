// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "platforms/devices/mmio.h"

namespace trivet::platforms {

/// A UART with the registers of the 16550 (Texas Instruments TL16C550C, 8.6), as its boot firmware
/// configured it: also the Synopsys DesignWare APB UART, Nuvoton's, and the BCM2835's mini-UART.
struct Uart16550 {
  std::uintptr_t base;        ///< Physical address of the first register, RBR and THR.
  std::uint8_t shift = 0;     ///< Registers are 1 << shift bytes apart: "reg-shift".
  bool is_word_wide = false;  ///< Accessed 32 bits at a time: "reg-io-width" is 4; else a byte.

  /// Readies the transmitter, which is never off.
  void Start() const {}

  /// Sends one byte; waits until there is room.
  void Put(char byte) const {
    while ((LineStatus() & kRoomToSend) == 0) {
    }
    const auto value = static_cast<std::uint8_t>(byte);
    is_word_wide ? MmioWrite32(base, value) : MmioWrite8(base, value);
  }

  /// Waits until the last byte has left the shift register.
  void Drain() const {
    while ((LineStatus() & kAllSent) == 0) {
    }
  }

 private:
  static constexpr std::uintptr_t kLineStatus = 5;       // LSR
  static constexpr std::uint32_t kRoomToSend = 1u << 5;  // LSR.THRE
  static constexpr std::uint32_t kAllSent = 1u << 6;     // LSR.TEMT

  std::uint32_t LineStatus() const {
    const std::uintptr_t address = base + (kLineStatus << shift);
    return is_word_wide ? MmioRead32(address) : MmioRead8(address);
  }
};

}  // namespace trivet::platforms
