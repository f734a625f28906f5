// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "platforms/devices/redistributors.h"

namespace trivet::platforms {

/// Arm GICv3 (IHI 0069) with affinity routing and system-register access, driven from EL2. Every
/// interrupt is in non-secure Group 1, so it arrives as IRQ. Calls concern the CPU that makes them
/// and need EL2; interrupts may be masked or not.
struct GicV3 {
  std::uintptr_t distributor;  ///< Physical base of GICD.
  Redistributors redistributors;

  /// Wakes this CPU's redistributor and interface: all SGIs and PPIs disabled and not pending,
  /// every priority let through. Spurious calls are harmless; enabled interrupts become disabled.
  void InitThisCpu() const;

  /// Enables or disables one SGI (0-15), PPI (16-31) or SPI (32-1019). An enabled SPI goes to this
  /// CPU.
  void Enable(std::uint32_t intid) const;
  void Disable(std::uint32_t intid) const;

  /// Acknowledges the pending interrupt of highest priority: its INTID, or 1020-1023 when there is
  /// none.
  std::uint32_t Acknowledge() const;
  /// Priority drop and deactivation of an INTID that Acknowledge() returned.
  void End(std::uint32_t intid) const;

  /// Makes SGI `sgi` (0-15) pending on the CPU with this affinity. Earlier stores of this CPU are
  /// visible to it first.
  void SendSgi(std::uint64_t affinity, std::uint32_t sgi) const;

  /// Wakes a CPU that firmware left in a WFI, by SGI 0. Before InitThisCpu() too.
  void Wake(std::uint64_t affinity, std::uint32_t interface_number) const;

  /// Puts this CPU's SGI in Group 0 and enables it: it arrives as FIQ. False, and nothing done,
  /// where the distributor has two security states, of which EL2 is in the non-secure one. Until
  /// InitThisCpu().
  bool EnableFiq(std::uint32_t sgi) const;
  /// As SendSgi(), Acknowledge() and End(), for SGIs that arrive as FIQ.
  void SendFiq(std::uint64_t affinity, std::uint32_t sgi) const;
  std::uint32_t AcknowledgeFiq() const;
  void EndFiq(std::uint32_t intid) const;

  /// Physical base of this CPU's redistributor: its RD frame, behind which is its SGI frame.
  std::uintptr_t FrameOfThisCpu() const;
};

}  // namespace trivet::platforms
