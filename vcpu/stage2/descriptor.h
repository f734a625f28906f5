// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

/// Stage 2 descriptors of the 4 KiB granule, 48-bit addresses. [arm-arm] "VMSAv8-64 descriptor
/// formats", stage 2.
namespace trivet::vcpu {

/// Memory attributes of a stage 2 mapping. [arm-arm] "Stage 2 memory type and Cacheability
/// attributes".
enum class MemoryType : std::uint8_t { kDevice, kNormal };

/// What a guest may do with memory.
struct Permissions {
  bool read = true;
  bool write = true;
  bool execute = true;  ///< At EL1 and at EL0.
  friend bool operator==(const Permissions&, const Permissions&) = default;
};

struct Attributes {
  MemoryType type = MemoryType::kNormal;
  Permissions permissions = {};
  friend bool operator==(const Attributes&, const Attributes&) = default;
};

namespace descriptor {

inline constexpr unsigned kLastLevel = 3;
inline constexpr std::uint64_t kValid = 1;
inline constexpr std::uint64_t kTableOrPage = 2;
inline constexpr std::uint64_t kAddress = ((std::uint64_t{1} << 48) - 1) & ~std::uint64_t{0xfff};
inline constexpr std::uint64_t kRead = std::uint64_t{1} << 6;           // S2AP[0]
inline constexpr std::uint64_t kWrite = std::uint64_t{1} << 7;          // S2AP[1]
inline constexpr std::uint64_t kExecuteNever = std::uint64_t{1} << 54;  // XN[1]: EL1 and EL0
inline constexpr std::uint64_t kPermissionBits = kRead | kWrite | kExecuteNever;
inline constexpr std::uint64_t kInnerShareable = std::uint64_t{0b11} << 8;  // SH
inline constexpr std::uint64_t kAccessed = std::uint64_t{1} << 10;          // AF
inline constexpr std::uint64_t kMemory = std::uint64_t{0b1111} << 2;        // MemAttr
inline constexpr std::uint64_t kNormalWriteBack = kMemory;
inline constexpr std::uint64_t kDeviceNGnRE = std::uint64_t{0b0001} << 2;

/// Lowest address bit that the tables of `level` resolve.
constexpr unsigned Shift(unsigned level) { return 12 + 9 * (kLastLevel - level); }
/// Bytes that one entry of `level` maps.
constexpr std::uint64_t SizeAt(unsigned level) { return std::uint64_t{1} << Shift(level); }

constexpr bool IsTable(std::uint64_t entry, unsigned level) {
  return level < kLastLevel && (entry & 3) == (kValid | kTableOrPage);
}
constexpr bool IsLeaf(std::uint64_t entry, unsigned level) {
  return (entry & kValid) != 0 && !IsTable(entry, level);
}
constexpr std::uint64_t PermissionBits(Permissions permissions) {
  return (permissions.read ? kRead : 0) | (permissions.write ? kWrite : 0) |
         (permissions.execute ? 0 : kExecuteNever);
}
/// A block, or at the last level a page, at address 0.
constexpr std::uint64_t Leaf(Attributes attributes) {
  const std::uint64_t memory =
      attributes.type == MemoryType::kNormal ? kNormalWriteBack : kDeviceNGnRE;
  return memory | PermissionBits(attributes.permissions) | kInnerShareable | kAccessed | kValid;
}
/// `leaf` as an entry of `level` for the output address `pa`.
constexpr std::uint64_t LeafAt(std::uint64_t leaf, unsigned level, std::uint64_t pa) {
  return leaf | pa | (level == kLastLevel ? kTableOrPage : 0);
}
constexpr std::uint64_t TableAt(std::uint64_t pa) { return pa | kTableOrPage | kValid; }

constexpr Attributes AttributesOf(std::uint64_t leaf) {
  return {.type = (leaf & kMemory) == kNormalWriteBack ? MemoryType::kNormal : MemoryType::kDevice,
          .permissions = {.read = (leaf & kRead) != 0,
                          .write = (leaf & kWrite) != 0,
                          .execute = (leaf & kExecuteNever) == 0}};
}

}  // namespace descriptor
}  // namespace trivet::vcpu
