// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::sim {

/// PSTATE, kept in the format of an SPSR_ELx so that saving and restoring it is a copy.
/// [arm-arm] SPSR_EL2 "when exception taken from AArch64 state"; in AArch32 state the other layout,
/// where D is E, UAO is SSBS and BTYPE and TCO are parts of IT.
class Pstate {
 public:
  static constexpr std::uint64_t kModeMask = 0xf, kSp = 1, kAArch32 = 1 << 4;
  static constexpr std::uint64_t kF = 1 << 6, kI = 1 << 7, kA = 1 << 8, kD = 1 << 9;
  static constexpr std::uint64_t kDaif = kD | kA | kI | kF;
  static constexpr std::uint64_t kBtype = 3 << 10, kSsbs = 1 << 12, kAllint = 1 << 13;
  static constexpr std::uint64_t kIl = 1 << 20, kSs = 1 << 21, kPan = 1 << 22, kUao = 1 << 23;
  static constexpr std::uint64_t kDit = 1 << 24, kTco = 1 << 25, kNzcv = 0xfull << 28;

  constexpr Pstate() = default;
  static constexpr Pstate FromSpsr(std::uint64_t spsr) {
    Pstate state;
    state.bits_ = spsr;
    return state;
  }
  /// EL `el` with its own stack pointer, D, A, I and F masked: where exceptions and resets arrive.
  static constexpr Pstate Masked(unsigned el) { return FromSpsr(kDaif | el << 2 | kSp); }

  constexpr std::uint64_t spsr() const { return bits_; }
  /// User mode is EL0's; EL1's are all other AArch32 modes that can be entered here.
  constexpr unsigned el() const {
    if (aarch32()) [[unlikely]]
      return (bits_ & kModeMask) == 0 ? 0 : 1;
    return (bits_ >> 2) & 3;
  }
  constexpr bool aarch32() const { return (bits_ & kAArch32) != 0; }
  /// True for the "h" modes, SP_ELx; false for the "t" modes and for EL0, SP_EL0.
  constexpr bool sp_elx() const { return (bits_ & kSp) != 0; }
  constexpr bool Has(std::uint64_t bit) const { return (bits_ & bit) != 0; }
  constexpr std::uint64_t Bits(std::uint64_t mask) const { return bits_ & mask; }

  constexpr void Set(std::uint64_t mask, std::uint64_t value) {
    bits_ = (bits_ & ~mask) | (value & mask);
  }
  constexpr void Set(std::uint64_t mask, bool on) { Set(mask, on ? mask : std::uint64_t{0}); }

  friend constexpr bool operator==(Pstate, Pstate) = default;

 private:
  std::uint64_t bits_ = 0;
};

}  // namespace trivet::sim
