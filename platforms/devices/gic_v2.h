// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::platforms {

/// Arm GICv2 (IHI 0048), such as the GIC-400, with the Security Extensions (of which EL2 has the
/// non-secure view) or without. Every interrupt is in Group 1, so it arrives as IRQ. Calls concern
/// the CPU that makes them; interrupts may be masked or not.
struct GicV2 {
  std::uintptr_t distributor;    ///< Physical base of GICD.
  std::uintptr_t cpu_interface;  ///< Physical base of GICC.
  // Physical bases of GICH and GICV; 0: the machine's tree has none.
  std::uintptr_t virtual_control = 0;
  std::uintptr_t virtual_cpu_interface = 0;
  /// Bytes from the first page of GICC to its second, and of GICV: 64 KiB where each page of 4 KiB
  /// is repeated until the next 64 KiB.
  std::uintptr_t page_stride = 0x1000;

  /// Opens this CPU's interface and records its number for SendSgi(): all SGIs and PPIs disabled
  /// and not pending, every priority but the lowest let through. Enabled interrupts become
  /// disabled.
  void InitThisCpu() const;

  /// Enables or disables one PPI (16-31) or SPI (32-1019), or SGI (0-15) where the GIC allows it.
  /// An enabled SPI goes to this CPU.
  void Enable(std::uint32_t intid) const;
  void Disable(std::uint32_t intid) const;

  /// Acknowledges the pending interrupt of highest priority: its INTID (for an SGI with the number
  /// of the CPU that sent it in bits 12:10), or 1020-1023 when there is none.
  std::uint32_t Acknowledge() const;
  /// Priority drop and deactivation of what Acknowledge() returned.
  void End(std::uint32_t acknowledged) const;

  /// Makes SGI `sgi` (0-15) pending on the CPU with this affinity. Earlier stores of this CPU are
  /// visible to it first. Nothing happens if that CPU is another one that never called
  /// InitThisCpu(), which disables its SGIs: GICv2 numbers CPU interfaces, and only a CPU itself
  /// can read its number.
  void SendSgi(std::uint64_t affinity, std::uint32_t sgi) const;

  /// Wakes a CPU that firmware left in a WFI, by SGI 0. Before InitThisCpu() too.
  void Wake(std::uint64_t affinity, std::uint32_t interface_number) const;

  /// Puts this CPU's SGI in Group 0 and enables it: it arrives as FIQ, at a lower priority than
  /// every IRQ. False, and nothing done, where EL2 has the non-secure view. Until InitThisCpu().
  bool EnableFiq(std::uint32_t sgi) const;
  /// As SendSgi(), Acknowledge() and End(), for SGIs that arrive as FIQ.
  void SendFiq(std::uint64_t affinity, std::uint32_t sgi) const;
  std::uint32_t AcknowledgeFiq() const;
  void EndFiq(std::uint32_t acknowledged) const;

 private:
  bool HasNonSecureView() const;
  /// GICD_SGIR's target list for one CPU; 0: not known.
  std::uint32_t TargetOf(std::uint64_t affinity) const;
};

}  // namespace trivet::platforms
