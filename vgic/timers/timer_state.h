// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

/// The state of an EL1 timer that is not in hardware. [arm-arm] CNTV_CTL_EL0, CNTP_CTL_EL0,
/// TimerConditionMet.
namespace trivet::vgic {

struct TimerState {
  std::uint64_t control = 0;  ///< CNTV_CTL_EL0 or CNTP_CTL_EL0; ISTATUS is not looked at.
  std::uint64_t compare = 0;  ///< CNTV_CVAL_EL0 or CNTP_CVAL_EL0.
  std::uint64_t offset = 0;   ///< CNTVOFF_EL2; 0 for the physical timer.

  /// The level of its interrupt when the physical counter (CNTPCT_EL0) is `count`.
  constexpr bool IsAsserted(std::uint64_t count) const {
    return CanAssert() && count - offset >= compare;
  }
  /// The physical count, `count` or later, from which on it is asserted. None: it never is, with
  /// these registers.
  constexpr std::optional<std::uint64_t> Deadline(std::uint64_t count) const {
    if (!CanAssert()) return std::nullopt;
    const std::uint64_t now = count - offset;
    if (now >= compare) return count;
    const std::uint64_t left = compare - now;
    if (count > ~left) return std::nullopt;  // The counter does not get there.
    return count + left;
  }

 private:
  static constexpr std::uint64_t kEnable = 1, kImask = 2;

  constexpr bool CanAssert() const { return (control & (kEnable | kImask)) == kEnable; }
};

}  // namespace trivet::vgic
