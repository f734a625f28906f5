// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::platforms {

/// The interrupt controller beside the cores of BCM2836 and BCM2837 (Raspberry Pi 2 and 3):
/// [bcm2836] "ARM Quad-A7 Core", revision 3.4, sections 3 and 4. It has no interrupt numbers, no
/// priorities and no active state; this driver gives it a GIC's interface:
///
/// - SGI 0 to 15 are bits of mailboxes. A core's mailbox 0 holds the pending SGIs that are enabled,
///   mailbox 1 those that are not, mailbox 2 those that arrive as FIQ. In mailbox 3, whose
///   interrupt stays off, the core notes which are enabled. Firmware must not use them.
/// - PPI 26, 27, 29 and 30 are the core's timers, as Arm's Base System Architecture numbers them.
/// - There are no others: a peripheral's interrupts come through the BCM2835's own controller.
///
/// An interrupt ends with its cause: a timer's stays pending until the timer is reprogrammed, End()
/// or not. Calls concern the calling core, whose number is MPIDR_EL1.Aff0;
/// interrupts may be masked or not.
struct Bcm2836Interrupts {
  std::uintptr_t base;  ///< Physical base of the local peripherals.

  /// Disables every interrupt of this core, and clears pending SGIs.
  void InitThisCpu() const;

  /// Enables or disables one of the interrupts above. Nothing happens for another.
  void Enable(std::uint32_t intid) const;
  void Disable(std::uint32_t intid) const;

  /// The pending and enabled interrupt of lowest number, or 1023 when there is none. An SGI is then
  /// no longer pending.
  std::uint32_t Acknowledge() const;
  void End(std::uint32_t intid) const;

  /// Makes SGI `sgi` (0-15) pending on the core with this affinity. Earlier stores of this core are
  /// visible to it first. While that core enables the same SGI, it may see one SGI twice.
  void SendSgi(std::uint64_t affinity, std::uint32_t sgi) const;

  /// Lets FIQs made by SendFiq() arrive. Always possible: returns true.
  bool EnableFiq(std::uint32_t sgi) const;
  /// As SendSgi(), arriving as FIQ.
  void SendFiq(std::uint64_t affinity, std::uint32_t sgi) const;
  /// As Acknowledge() and End(), for SGIs that arrive as FIQ.
  std::uint32_t AcknowledgeFiq() const;
  void EndFiq(std::uint32_t intid) const;
};

}  // namespace trivet::platforms
