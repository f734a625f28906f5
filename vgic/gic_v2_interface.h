// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "vgic/interface.h"

namespace trivet::vgic {

/// Device registers at their physical address, mapped as itself.
struct DeviceMemory {
  static std::uint32_t Read(std::uintptr_t address) {
    return *reinterpret_cast<volatile std::uint32_t*>(address);
  }
  static void Write(std::uintptr_t address, std::uint32_t value) {
    *reinterpret_cast<volatile std::uint32_t*>(address) = value;
  }
};

/// GICH_LR of a list register and back. [gic2] GICH_LRn: State and HW and Grp1 are in bits 31:28,
/// five bits of the priority in 27:23, PhysicalID in 19:10, of which, without HW, bit 19 is EOI and
/// 12:10 are CPUID.
struct GichLr {
  static constexpr std::uint32_t kVirtual = 0x3ff, kSender = 0x1c00;

  static constexpr std::uint32_t From(ListRegister lr) {
    return (lr.hw() ? 1u << 31 : 0) | (lr.group() ? 1u << 30 : 0) |
           static_cast<std::uint32_t>(lr.state()) << 28 | (lr.priority() >> 3u) << 23 |
           (lr.pintid() & kVirtual) << 10 | (lr.vintid() & (kVirtual | kSender));
  }
  static constexpr ListRegister ToListRegister(std::uint32_t raw) {
    const bool hw = raw >> 31 != 0;
    const std::uint32_t physical = raw >> 10 & (hw ? kVirtual : Interrupt::kEoiBit);
    return ListRegister()
        .hw(hw)
        .group((raw >> 30 & 1) != 0)
        .state(static_cast<State>(raw >> 28 & 3))
        .priority(static_cast<std::uint8_t>((raw >> 23 & 0x1f) << 3))
        .pintid(static_cast<std::uint16_t>(physical))
        .vintid(raw & (hw ? kVirtual : kVirtual | kSender));
  }
};

/// The virtual CPU interface of a GICv2: GICH, which each CPU sees at the same address, and GICC.
/// The guest has GICV mapped where it expects GICC; without the second page, whose GICV_DIR is to
/// trap. GICH_HCR and GICH_VMCR have the layout of their successors.
template <class Memory = DeviceMemory>
class GicV2Interface {
 public:
  static constexpr bool kBySystemRegisters = false;

  /// Physical addresses; 0 for GICH: the machine has none. `page_stride`: bytes from the first page
  /// of GICC to the second, which has GICC_DIR.
  constexpr explicit GicV2Interface(std::uintptr_t gich = 0, std::uintptr_t gicc = 0,
                                    std::uintptr_t page_stride = 0x1000)
      : gich_(gich), gicc_(gicc), gicc_dir_(gicc + page_stride) {}

  Result<Implementation> Query() const {
    if (gich_ == 0) return unexpected(Status::kUnsupportedFeature);
    const unsigned count = (Read(kVtr) & 0x3f) + 1;
    return Implementation{
        .list_registers = count < hal::kMostListRegisters ? count : hal::kMostListRegisters,
        .active_registers = 1,
        .priorities = 0xf8,
        .traps_deactivation = {}};
  }

  ListRegister ReadListRegister(unsigned n) const {
    return GichLr::ToListRegister(Read(kLr + n * 4));
  }
  void WriteListRegister(unsigned n, ListRegister value) const {
    Write(kLr + n * 4, GichLr::From(value));
  }
  void RestoreListRegisters(ConstListRegisterSpan from, unsigned count) const {
    for (unsigned n = 0; n < count; ++n) WriteListRegister(n, from[n]);
  }
  void SaveListRegisters(ListRegisterSpan to, unsigned count) const {
    for (unsigned n = 0; n < count; ++n) to[n] = ReadListRegister(n);
  }
  unsigned EmptyListRegisters() const { return Read(kElrsr) & 0xffff; }
  bool HasMaintenance() const { return Read(kMisr) != 0; }

  hal::IchHcrEl2 ReadHcr() const { return hal::IchHcrEl2::FromRaw(Read(kHcr)); }
  void WriteHcr(hal::IchHcrEl2 value) const {
    Write(kHcr, static_cast<std::uint32_t>(value.raw()));
  }
  hal::IchVmcrEl2 ReadVmcr() const { return hal::IchVmcrEl2::FromRaw(Read(kVmcr)); }

  void RestoreControls(const Controls& from, const Implementation&) const {
    Write(kVmcr, static_cast<std::uint32_t>(from.vmcr.raw()));
    Write(kApr, static_cast<std::uint32_t>(from.active[0][0]));
    WriteHcr(from.hcr);
  }
  void SaveControls(Controls& to, const Implementation&) const {
    to.hcr = ReadHcr();
    to.vmcr = ReadVmcr();
    to.active[0][0] = Read(kApr);
  }

  // The physical interface: as GicV3Interface has it. An SGI's number includes its sender.

  std::uint32_t Acknowledge() const { return Memory::Read(gicc_ + kIar); }
  std::uint8_t RunningPriority() const {
    return static_cast<std::uint8_t>(Memory::Read(gicc_ + kRpr) & 0xf8);
  }
  void DropPriority(std::uint32_t acknowledged) const { WithSplitEnd(gicc_ + kEoir, acknowledged); }
  void End(std::uint32_t acknowledged) const {
    Memory::Write(gicc_ + kEoir, acknowledged);
    if ((Memory::Read(gicc_) & kSplitEnd) != 0) Memory::Write(gicc_dir_, acknowledged);
  }
  void Deactivate(std::uint32_t acknowledged) const { WithSplitEnd(gicc_dir_, acknowledged); }
  /// GICC as a guest has set GICV: enables, EOImode, mask and binary points. GICH_VMCR has
  /// GICV_CTLR in the bits of GICC_CTLR; what a non-secure view does not have there ignores writes.
  /// [gic2] GICH_VMCR, GICC_CTLR.
  void Adopt(hal::IchVmcrEl2 vmcr) const {
    constexpr std::uint32_t kControl = kSplitEnd | 0x1f;
    Memory::Write(gicc_ + kPmr, vmcr.vpmr());
    Memory::Write(gicc_ + kBpr, vmcr.vbpr0());
    Memory::Write(gicc_ + kAbpr, vmcr.vbpr1());
    Memory::Write(gicc_, static_cast<std::uint32_t>(vmcr.raw()) & kControl);
  }

 private:
  // [gic2] chapter 5.
  static constexpr std::uintptr_t kHcr = 0x00, kVtr = 0x04, kVmcr = 0x08, kMisr = 0x10,
                                  kElrsr = 0x30, kApr = 0xf0, kLr = 0x100;
  // [gic2] 4.4. GICC_CTLR.EOImode, or EOImodeNS in the non-secure view.
  static constexpr std::uintptr_t kPmr = 0x04, kBpr = 0x08, kIar = 0x0c, kEoir = 0x10, kRpr = 0x14,
                                  kAbpr = 0x1c;
  static constexpr std::uint32_t kSplitEnd = 1u << 9;

  std::uint32_t Read(std::uintptr_t offset) const { return Memory::Read(gich_ + offset); }
  void Write(std::uintptr_t offset, std::uint32_t value) const {
    Memory::Write(gich_ + offset, value);
  }
  /// Writes with EOImode set, for a moment if the host has it clear.
  void WithSplitEnd(std::uintptr_t address, std::uint32_t value) const {
    const std::uint32_t host = Memory::Read(gicc_);
    if ((host & kSplitEnd) == 0) Memory::Write(gicc_, host | kSplitEnd);
    Memory::Write(address, value);
    if ((host & kSplitEnd) == 0) Memory::Write(gicc_, host);
  }

  std::uintptr_t gich_, gicc_, gicc_dir_;
};

static_assert(VirtualInterface<GicV2Interface<>>);

}  // namespace trivet::vgic
