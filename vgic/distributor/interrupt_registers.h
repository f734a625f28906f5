// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <concepts>
#include <cstdint>

/// The registers that hold something for each interrupt: the same in a Distributor and in the SGI
/// frame of a Redistributor. [gic] chapter 12, "GICD_*", "GICR_*".
namespace trivet::vgic {

/// Accesses of the physical GIC: each is one load or store of that width, Device memory.
template <class M>
concept GicMemory =
    requires(std::uintptr_t at, std::uint8_t byte, std::uint32_t word, std::uint64_t both) {
      { M::Read32(at) } -> std::same_as<std::uint32_t>;
      { M::Read64(at) } -> std::same_as<std::uint64_t>;
      M::Write8(at, byte);
      M::Write32(at, word);
      M::Write64(at, both);
    };

namespace gic {
inline constexpr std::uint32_t kIgroupr = 0x080, kIsenabler = 0x100, kIcenabler = 0x180;
inline constexpr std::uint32_t kIspendr = 0x200, kIsactiver = 0x300, kIcactiver = 0x380,
                               kIpriorityr = 0x400;
inline constexpr std::uint32_t kItargetsr = 0x800, kIcfgr = 0xc00, kIgrpmodr = 0xd00;
inline constexpr std::uint32_t kPidr2 = 0xffe8;  ///< Of a 64 KiB frame.
}  // namespace gic

/// One load or store of a guest.
struct RegisterAccess {
  std::uint32_t offset;  ///< In the frame.
  unsigned bytes;        ///< 1, 2, 4 or 8.
};

/// The priority that an interrupt of this frame has, for Interrupt::priority(): the five bits that
/// every virtual interface has. [gic] ICH_VTR_EL2.PRIbits.
template <GicMemory M>
std::uint8_t PriorityIn(std::uintptr_t frame, unsigned intid) {
  const std::uint32_t word = M::Read32(frame + gic::kIpriorityr + intid / 4 * 4);
  return static_cast<std::uint8_t>(word >> 8 * (intid % 4) & 0xf8);
}

/// Of the interrupts 32 * n to 32 * n + 31, those that are the guest's are bits of `own(n)`. The
/// others read as zero and keep their values. An access that the architecture does not have, by
/// width or alignment, reads as zero and writes nothing.
template <GicMemory M, class Own>
class InterruptRegisters {
 public:
  InterruptRegisters(std::uintptr_t base, Own own) : base_(base), own_(own) {}

  std::uint32_t Read(RegisterAccess access) const {
    if (IsBitmap(access)) return ReadBitmap(access.offset);
    if (IsBytes(access, gic::kIpriorityr)) return ReadBytes(access);
    if (IsConfiguration(access)) return Raw(access.offset) & PairsOf(access.offset);
    return 0;
  }
  void Write(RegisterAccess access, std::uint32_t value) const {
    if (IsBitmap(access) && access.offset >= gic::kIsenabler) {
      const std::uint32_t bits = value & own_(WordOf(access.offset));
      if (bits != 0) M::Write32(base_ + access.offset, bits);
    } else if (IsBytes(access, gic::kIpriorityr)) {
      WriteBytes(access, value);
    } else if (IsConfiguration(access)) {
      const std::uint32_t pairs = PairsOf(access.offset);
      if (pairs != 0)
        M::Write32(base_ + access.offset, (Raw(access.offset) & ~pairs) | (value & pairs));
    }
  }

  /// One of the seven registers of a bit for each interrupt, IGROUPR to ICACTIVER.
  static constexpr bool IsBitmap(RegisterAccess access) {
    return access.offset >= gic::kIgroupr && access.offset < gic::kIpriorityr && IsWord(access);
  }
  /// The word of interrupts of such a register.
  static constexpr unsigned WordOf(std::uint32_t offset) { return offset % 0x80 / 4; }
  /// A byte, or four, of one for each interrupt.
  static constexpr bool IsBytes(RegisterAccess access, std::uint32_t first) {
    const bool inside = access.offset >= first && access.offset < first + 1020;
    return inside && (access.bytes == 1 || IsWord(access));
  }
  /// Whether interrupt `intid` is the guest's.
  bool Has(unsigned intid) const { return (own_(intid / 32) >> intid % 32 & 1) != 0; }

 private:
  static constexpr bool IsWord(RegisterAccess access) {
    return access.bytes == 4 && access.offset % 4 == 0;
  }
  static constexpr bool IsConfiguration(RegisterAccess access) {
    return access.offset >= gic::kIcfgr && access.offset < gic::kIgrpmodr && IsWord(access);
  }
  std::uint32_t Raw(std::uint32_t offset) const { return M::Read32(base_ + offset); }

  /// A guest's interrupts are in Group 1, whatever the machine calls it.
  std::uint32_t ReadBitmap(std::uint32_t offset) const {
    const std::uint32_t own = own_(WordOf(offset));
    return offset < gic::kIsenabler ? own : Raw(offset) & own;
  }
  std::uint32_t ReadBytes(RegisterAccess access) const {
    const std::uint32_t word = Raw(access.offset & ~3u) >> 8 * (access.offset % 4);
    std::uint32_t value = 0;
    for (unsigned i = 0; i < access.bytes; ++i) {
      if (Has(access.offset - gic::kIpriorityr + i)) value |= word & 0xffu << 8 * i;
    }
    return value;
  }
  /// Byte by byte: the neighbours may be another guest's.
  void WriteBytes(RegisterAccess access, std::uint32_t value) const {
    for (unsigned i = 0; i < access.bytes; ++i) {
      if (!Has(access.offset - gic::kIpriorityr + i)) continue;
      M::Write8(base_ + access.offset + i, static_cast<std::uint8_t>(value >> 8 * i));
    }
  }
  /// Two bits for each of 16 interrupts.
  std::uint32_t PairsOf(std::uint32_t offset) const {
    const unsigned first = (offset - gic::kIcfgr) * 4;
    std::uint32_t pairs = 0;
    for (unsigned i = 0; i < 16; ++i) {
      if (Has(first + i)) pairs |= 3u << 2 * i;
    }
    return pairs;
  }

  const std::uintptr_t base_;
  const Own own_;
};

}  // namespace trivet::vgic
