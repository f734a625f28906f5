// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <expected>

#include "sim/memory/physical_memory.h"

/// Stage 2 address translation. [arm-arm] "Stage 2 translation", VMSAv8-64, 48-bit addresses.
namespace trivet::sim {

enum class AccessKind : std::uint8_t { kRead, kWrite, kFetch };

enum class FaultKind : std::uint8_t {
  kAddressSize = 0x00,
  kTranslation = 0x04,
  kAccessFlag = 0x08,
  kPermission = 0x0c,
};

struct Stage2Fault {
  FaultKind kind;
  std::uint8_t level;
  /// The DFSC or IFSC of the syndrome.
  constexpr std::uint32_t Status() const { return static_cast<std::uint32_t>(kind) + level; }
};

struct Stage2Controls {
  std::uint64_t vtcr;
  std::uint64_t vttbr;
  unsigned pa_bits;       ///< ID_AA64MMFR0_EL1.PARange, in bits.
  bool execute_never_el;  ///< FEAT_XNX: XN has two bits.
};

/// The descriptor that maps an address, as a TLB may hold it.
struct Stage2Leaf {
  std::uint64_t descriptor;
  std::uint8_t level;
  std::uint8_t shift;  ///< Lowest address bit of a table of that level: the entry maps 1 << shift.
  std::uint64_t location;  ///< Physical address of the descriptor.

  /// False for a clear access flag: such a descriptor faults, and no TLB holds it.
  bool IsHeldByTlbs() const;
  /// The same but for permissions, which software changes without break before make. [arm-arm]
  /// "Using break-before-make when updating translation table entries".
  bool IsSameMapping(const Stage2Leaf& other) const;
  friend bool operator==(const Stage2Leaf&, const Stage2Leaf&) = default;
};

/// The valid block or page descriptor for `ipa`; translation and address size faults.
std::expected<Stage2Leaf, Stage2Fault> WalkStage2(const Stage2Controls& controls,
                                                  const PhysicalMemory& memory, std::uint64_t ipa);
/// The physical address by `leaf`; access flag and permission faults. Sets the access flag and the
/// dirty state in memory when VTCR_EL2.HA and HD are set.
std::expected<std::uint64_t, Stage2Fault> AccessThrough(const Stage2Controls& controls,
                                                        PhysicalMemory& memory,
                                                        const Stage2Leaf& leaf, std::uint64_t ipa,
                                                        AccessKind access, unsigned el);

/// Physical address bits by ID_AA64MMFR0_EL1.PARange; reserved values count as 48.
unsigned PhysicalAddressBits(unsigned pa_range);

}  // namespace trivet::sim
