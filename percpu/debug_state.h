// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>

namespace trivet::percpu {

/// The self-hosted debug registers of one owner but MDSCR_EL1: the BREAKPOINT, WATCHPOINT and DEBUG
/// lines of hal/regs/guest.def. Zero, and the OS lock set, as after a reset.
struct DebugState {
  static constexpr unsigned kMax = 16;  ///< Breakpoints, and watchpoints, of any CPU.

  std::uint8_t os_lock = 1;  ///< OSLSR_EL1.OSLK, by OSLAR_EL1.
  std::uint8_t claims = 0;   ///< By DBGCLAIMSET_EL1 and DBGCLAIMCLR_EL1: 8 tags.
  std::uint64_t double_lock = 0, interrupts = 0, catches = 0;
  std::array<std::uint64_t, kMax> breakpoints = {}, breakpoint_controls = {};
  std::array<std::uint64_t, kMax> watchpoints = {}, watchpoint_controls = {};

  /// Reads the registers of this CPU, and leaves the OS lock set. At EL2.
  void Save();
  /// Writes them, the OS lock last. At EL2.
  void Restore() const;
};

}  // namespace trivet::percpu
