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

/// Physical address of `ipa`, or the fault. Reads descriptors from memory; sets the access flag and
/// the dirty state in them when VTCR_EL2.HA and HD are set.
std::expected<std::uint64_t, Stage2Fault> TranslateStage2(const Stage2Controls& controls,
                                                          PhysicalMemory& memory, std::uint64_t ipa,
                                                          AccessKind access, unsigned el);

/// Physical address bits by ID_AA64MMFR0_EL1.PARange; reserved values count as 48.
unsigned PhysicalAddressBits(unsigned pa_range);

}  // namespace trivet::sim
