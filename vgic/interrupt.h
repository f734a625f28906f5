// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/list_registers.h"

namespace trivet::vgic {

using hal::ListRegister;
using State = hal::ListRegisterState;

inline constexpr std::uint32_t kSgis = 16;
inline constexpr std::uint32_t kFirstSpi = 32;
inline constexpr std::uint32_t kFirstSpecial = 1020;
inline constexpr std::uint32_t kFirstLpi = 8192;

/// An interrupt to be injected: a list register without a state. [gic] ICH_LR<n>_EL2. Group 1 and
/// the highest priority unless it is changed.
class Interrupt {
 public:
  /// Pending once for each injection: an SGI, a PPI or SPI of an edge, an LPI.
  static constexpr Interrupt Edge(std::uint32_t intid) {
    return Interrupt(ListRegister().vintid(intid).group(true));
  }
  /// An SGI of a GICv2, which shows the guest the number of the CPU that sent it, 0 to 7.
  static constexpr Interrupt SgiFrom(std::uint32_t intid, unsigned sender) {
    return Edge(intid | sender << kSenderShift);
  }
  /// Pending from an injection to Retract(), whenever it is not active.
  static constexpr Interrupt Level(std::uint32_t intid) {
    return Interrupt(Edge(intid).value_.pintid(kEoiBit).nmi(!CanBeBacked(intid)));
  }
  /// Pending once; the guest's deactivation deactivates the PPI or SPI `physical`, which is active
  /// with its priority dropped.
  static constexpr Interrupt Hardware(std::uint32_t intid, std::uint32_t physical) {
    const bool plain = CanBeBacked(intid) && physical - kFirstSpi < kFirstSpecial - kFirstSpi;
    return Interrupt(
        Edge(intid).value_.hw(true).pintid(static_cast<std::uint16_t>(physical)).nmi(!plain));
  }

  /// The same with another priority: 0 is the highest; the low bits that the CPU lacks are 0.
  constexpr Interrupt priority(std::uint8_t value) const {
    return Interrupt(value_.priority(value));
  }
  /// The same in Group 0, which the guest receives as FIQ.
  constexpr Interrupt group0() const { return Interrupt(value_.group(false)); }

  constexpr std::uint32_t intid() const { return value_.vintid(); }
  /// Its list register. NMI is not the guest's: what was described needs a closer look.
  constexpr ListRegister value() const { return value_; }

  /// Bits 12:10 of the INTID of a GICv2's SGI. [gic2] GICH_LR.CPUID.
  static constexpr unsigned kSenderShift = 10;
  /// ICH_LR<n>_EL2.EOI, as a bit of pINTID: without HW, the end raises a maintenance interrupt.
  static constexpr std::uint16_t kEoiBit = 1u << 9;

  /// From value().raw() of one, kept elsewhere. A state is dropped.
  static constexpr Interrupt FromRaw(std::uint64_t raw) {
    return Interrupt(ListRegister::FromRaw(raw).state(State::kInvalid));
  }
  /// From a list register; its state is dropped.
  static constexpr Interrupt Of(ListRegister value) {
    return Interrupt(value.state(State::kInvalid).nmi(false));
  }

 private:
  /// A level or hardware: SGIs and LPIs are edges.
  static constexpr bool CanBeBacked(std::uint32_t intid) {
    return intid - kSgis < kFirstSpecial - kSgis;
  }
  constexpr explicit Interrupt(ListRegister value) : value_(value) {}

  ListRegister value_;
};

// What a list register, or a value in place of one, says.

constexpr bool IsPending(ListRegister lr) { return (static_cast<unsigned>(lr.state()) & 1) != 0; }
constexpr bool IsActive(ListRegister lr) { return (static_cast<unsigned>(lr.state()) & 2) != 0; }
constexpr ListRegister WithState(ListRegister lr, bool pending, bool active) {
  return lr.state(static_cast<State>((pending ? 1 : 0) | (active ? 2 : 0)));
}
/// A level that is high: its end is to be reported.
constexpr bool IsHigh(ListRegister lr) {
  return !lr.hw() && (lr.pintid() & Interrupt::kEoiBit) != 0;
}
/// Of a GICv2: an SGI, whose number is one for all senders.
constexpr bool IsSgiFromCpu(ListRegister lr) {
  return (lr.vintid() & ((1u << Interrupt::kSenderShift) - 1)) < kSgis;
}
constexpr bool HaveOneNumber(ListRegister a, ListRegister b) {
  return ((a.vintid() ^ b.vintid()) & ((1u << Interrupt::kSenderShift) - 1)) == 0;
}
/// The same without hardware, with its level low.
constexpr ListRegister Plain(ListRegister lr) { return lr.hw(false).pintid(0); }

}  // namespace trivet::vgic
