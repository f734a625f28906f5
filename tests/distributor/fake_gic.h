// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

/// The registers of a physical Distributor, or of an SGI frame, as memory with the rules of the
/// manual: what a guest's view is compared with. [gic] "GICD_*", "GICR_*".
namespace trivet::tests {

enum class RegisterKind : std::uint8_t {
  kNone,
  kGroup,
  kSetEnable,
  kClearEnable,
  kSetPending,
  kClearPending,
  kSetActive,
  kClearActive,
  kPriority,
  kTargets,
  kConfiguration,
  kRoute,
};

/// Whose a bit of a register is.
struct Lane {
  RegisterKind kind = RegisterKind::kNone;
  unsigned intid = 0;
};

/// Bit `bit` of the byte at `offset`.
constexpr Lane LaneOf(std::uint32_t offset, unsigned bit) {
  const auto by_bits = [&](RegisterKind kind, std::uint32_t first, unsigned bits) {
    return Lane{kind, ((offset - first) * 8 + bit) / bits};
  };
  Lane lane;
  if (offset >= 0x80 && offset < 0x400) {
    const auto kind = static_cast<RegisterKind>(offset / 0x80);
    lane = by_bits(kind, offset / 0x80 * 0x80, 1);
  }
  if (offset >= 0x400 && offset < 0x800) lane = by_bits(RegisterKind::kPriority, 0x400, 8);
  if (offset >= 0x800 && offset < 0xc00) lane = by_bits(RegisterKind::kTargets, 0x800, 8);
  if (offset >= 0xc00 && offset < 0xd00) lane = by_bits(RegisterKind::kConfiguration, 0xc00, 2);
  if (offset >= 0x6000 && offset < 0x8000) lane = by_bits(RegisterKind::kRoute, 0x6000, 64);
  return lane.intid < 1020 ? lane : Lane{};
}

/// True where the architecture has accesses of this width.
constexpr bool IsAccess(std::uint32_t offset, unsigned bytes) {
  if (offset % bytes != 0) return false;
  switch (LaneOf(offset, 0).kind) {
    case RegisterKind::kNone: return false;
    case RegisterKind::kPriority:
    case RegisterKind::kTargets: return bytes == 1 || bytes == 4;
    case RegisterKind::kRoute: return bytes >= 4;
    default: return bytes == 4;
  }
}

class FakeGic {
 public:
  static constexpr std::uint32_t kSize = 0x1'0000;

  std::uint64_t Read(std::uint32_t offset, unsigned bytes) const {
    std::uint64_t value = 0;
    for (unsigned bit = 0; bit < bytes * 8; ++bit) {
      value |= std::uint64_t{Bit(offset + bit / 8, bit % 8)} << bit;
    }
    return value;
  }
  void Write(std::uint32_t offset, std::uint64_t value, unsigned bytes) {
    for (unsigned bit = 0; bit < bytes * 8; ++bit) {
      SetBit(offset + bit / 8, bit % 8, (value >> bit & 1) != 0);
    }
  }

  friend bool operator==(const FakeGic&, const FakeGic&) = default;

 private:
  using Kind = RegisterKind;

  /// Where the state behind a register is: set and clear registers share theirs.
  static std::uint32_t StateAt(Kind kind, std::uint32_t offset) {
    const bool clears =
        kind == Kind::kClearEnable || kind == Kind::kClearPending || kind == Kind::kClearActive;
    return clears ? offset - 0x80 : offset;
  }
  bool Bit(std::uint32_t offset, unsigned bit) const {
    return (bytes_[StateAt(LaneOf(offset, bit).kind, offset)] >> bit & 1) != 0;
  }
  void SetBit(std::uint32_t offset, unsigned bit, bool value) {
    const Kind kind = LaneOf(offset, bit).kind;
    if (kind == Kind::kNone && offset >= 0x80 && offset < 0xd00) return;  // 1020 and up.
    const bool sets =
        kind == Kind::kSetEnable || kind == Kind::kSetPending || kind == Kind::kSetActive;
    const bool clears = StateAt(kind, offset) != offset;
    if ((sets || clears) && !value) return;
    std::uint8_t& byte = bytes_[StateAt(kind, offset)];
    const bool on = value && !clears;
    byte = static_cast<std::uint8_t>((byte & ~(1u << bit)) | unsigned{on} << bit);
  }

  std::array<std::uint8_t, kSize> bytes_ = {};
};

/// The physical GIC, in frames of 64 KiB: its Distributor, then the frames of two Redistributors or
/// a GICv2's CPU interface.
inline std::vector<FakeGic> gic;

/// It at the addresses from 0 on.
struct FakeGicMemory {
  static std::uint32_t Read32(std::uintptr_t at) {
    return static_cast<std::uint32_t>(gic[at / FakeGic::kSize].Read(at % FakeGic::kSize, 4));
  }
  static std::uint64_t Read64(std::uintptr_t at) {
    return gic[at / FakeGic::kSize].Read(at % FakeGic::kSize, 8);
  }
  static void Write8(std::uintptr_t at, std::uint8_t value) { Write(at, value, 1); }
  static void Write32(std::uintptr_t at, std::uint32_t value) { Write(at, value, 4); }
  static void Write64(std::uintptr_t at, std::uint64_t value) { Write(at, value, 8); }

 private:
  static void Write(std::uintptr_t at, std::uint64_t value, unsigned bytes) {
    gic[at / FakeGic::kSize].Write(at % FakeGic::kSize, value, bytes);
  }
};

}  // namespace trivet::tests
