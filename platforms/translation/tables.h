// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// Page tables for EL2's own stage 1, as data: built before the MMU is on, never changed after.
/// 4 KiB granule, 48-bit addresses. [arm-arm] D8.3, "Translation table descriptor formats".
namespace trivet::platforms::translation {

inline constexpr std::uint64_t kPageSize = 4096;
inline constexpr unsigned kAddressBits = 48;

/// The fields of MAIR_EL2 that descriptors name: Device-nGnRnE and Normal memory.
inline constexpr unsigned kDeviceAttribute = 0;
inline constexpr unsigned kNormalAttribute = 1;

/// What EL2 may do with a page. There is no page that it may both write and execute.
enum class Access : std::uint8_t { kNone, kRead, kReadExecute, kReadWrite };

/// EL2's translation regime, which HCR_EL2.E2H chooses: its descriptors mean different things.
/// [arm-arm] D8.1.2: with E2H 1 it is shared with EL0, which has no access here.
enum class Regime : std::uint8_t { kEl2, kEl2And0 };

struct alignas(kPageSize) Table {
  std::uint64_t entries[512];
};

/// Pages of Normal memory, whole ones: addresses [start, end), which reach the physical address
/// `offset` higher, modulo 2^64.
struct Pages {
  std::uint64_t start;
  std::uint64_t end;
  Access access;
  std::uint64_t offset = 0;
};

/// RAM beside the image, whole pages: addresses [start, end), Normal memory that is written and not
/// executed.
struct Ram {
  std::uint64_t start;
  std::uint64_t end;
};
inline constexpr std::size_t kMostRam = 8;  ///< Ranges.

/// The two tables that translation starts at are first in Build()'s memory.
inline constexpr std::size_t RootOf(Regime regime) { return regime == Regime::kEl2 ? 0 : 1; }

/// How many tables Build() can need at most. image.ld reserves as many.
constexpr std::size_t TablesNeeded(unsigned physical_bits, std::uint64_t image_size) {
  const unsigned window_bits = 39;
  const std::size_t windows =
      physical_bits > window_bits ? std::size_t{1} << (physical_bits - window_bits) : 1;
  const std::size_t image_tables = 2 + 2 + (image_size >> 21) + 2;  // levels 1, 2 and 3
  const std::size_t ram_tables = kMostRam * (1 + 2 + 2);            // levels 1, 2 and 3
  return 2 + windows + 2 * (image_tables + ram_tables);
}

/// Fills `memory`, at its physical address, with the tables of both regimes: the whole physical
/// address space of `physical_bits` bits (32 to 48) at its own addresses as Device-nGnRnE,
/// not executable, over it `ram`, at most kMostRam ranges, and over that `image`, of which a later
/// entry wins over an earlier one; it is less than 1 GiB.
/// False: `memory` is too small, or a page is outside of the physical address space.
[[nodiscard]] bool Build(std::span<Table> memory, unsigned physical_bits,
                         std::span<const Pages> image, std::span<const Ram> ram = {});

}  // namespace trivet::platforms::translation
