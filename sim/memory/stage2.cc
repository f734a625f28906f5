// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/memory/stage2.h"

#include <algorithm>
#include <optional>

namespace trivet::sim {
namespace {

struct Geometry {
  unsigned granule_bits;  ///< 12, 14 or 16.
  unsigned start_level;
  unsigned input_bits;
  unsigned output_bits;

  unsigned stride() const { return granule_bits - 3; }
  /// Lowest address bit that the tables of `level` resolve.
  unsigned Shift(unsigned level) const { return granule_bits + (3 - level) * stride(); }
};

constexpr std::uint64_t Ones(unsigned bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

constexpr std::uint64_t kHa = 1ull << 21, kHd = 1ull << 22;  // VTCR_EL2
constexpr std::uint64_t kValid = 1, kTable = 2, kS2Read = 1 << 6, kS2Write = 1 << 7, kAf = 1 << 10;
constexpr std::uint64_t kDbm = 1ull << 51;
constexpr unsigned kLargestConcatenation = 4;  // 16 tables side by side at the start level.

std::optional<Geometry> GeometryOf(const Stage2Controls& controls) {
  const unsigned t0sz = controls.vtcr & 0x3f;
  const unsigned sl0 = (controls.vtcr >> 6) & 3;
  const unsigned tg0 = (controls.vtcr >> 14) & 3;
  Geometry g;
  g.granule_bits = tg0 == 1 ? 16 : tg0 == 2 ? 14 : 12;
  if (sl0 == 3 && g.granule_bits != 14) return std::nullopt;
  g.start_level = (g.granule_bits == 12 ? 2u : 3u) - sl0;
  g.input_bits = 64 - t0sz;
  g.output_bits = std::min(PhysicalAddressBits((controls.vtcr >> 16) & 7), controls.pa_bits);
  // The start level must resolve at least one bit and at most a full table, 16 times.
  const unsigned lowest = g.Shift(g.start_level);
  if (g.input_bits > 48 || g.input_bits <= lowest) return std::nullopt;
  if (g.input_bits > lowest + g.stride() + kLargestConcatenation) return std::nullopt;
  return g;
}

bool MayAccess(std::uint64_t descriptor, const Stage2Controls& controls, AccessKind access,
               unsigned el) {
  if (access == AccessKind::kRead) return (descriptor & kS2Read) != 0;
  if (access == AccessKind::kWrite) {
    const bool hardware_dirty = (controls.vtcr & kHd) != 0 && (descriptor & kDbm) != 0;
    return (descriptor & kS2Write) != 0 || hardware_dirty;
  }
  // XN[1:0]: 00 all, 01 EL0 only, 10 none, 11 EL1 only; without FEAT_XNX only bit 54 counts.
  const unsigned xn = (descriptor >> 53) & 3;
  if (!controls.execute_never_el) return (xn & 2) == 0;
  return xn == 0 || (xn == 1 && el == 0) || (xn == 3 && el == 1);
}

using Result = std::expected<std::uint64_t, Stage2Fault>;

std::unexpected<Stage2Fault> Fault(FaultKind kind, unsigned level) {
  return std::unexpected(Stage2Fault{kind, static_cast<std::uint8_t>(level)});
}

bool IsBeyond(const Geometry& g, const PhysicalMemory& memory, std::uint64_t table) {
  return (table & ~Ones(g.output_bits)) != 0 && !memory.IsHostTable(table);
}

}  // namespace

bool Stage2Leaf::IsHeldByTlbs() const { return (descriptor & kAf) != 0; }

bool Stage2Leaf::IsSameMapping(const Stage2Leaf& other) const {
  constexpr std::uint64_t kPermissions = kS2Read | kS2Write | kAf | kDbm | 3ull << 53;
  return ((descriptor ^ other.descriptor) & ~kPermissions) == 0 && level == other.level;
}

Result AccessThrough(const Stage2Controls& controls, PhysicalMemory& memory, const Stage2Leaf& leaf,
                     std::uint64_t ipa, AccessKind access, unsigned el) {
  std::uint64_t updated = leaf.descriptor;
  if ((updated & kAf) == 0) {
    if ((controls.vtcr & kHa) == 0) return Fault(FaultKind::kAccessFlag, leaf.level);
    updated |= kAf;
  }
  if (!MayAccess(leaf.descriptor, controls, access, el)) {
    return Fault(FaultKind::kPermission, leaf.level);
  }
  if (access == AccessKind::kWrite) updated |= kS2Write;
  if (updated != leaf.descriptor) memory.WriteDescriptor(leaf.location, updated);
  const std::uint64_t offset = Ones(leaf.shift);
  return (leaf.descriptor & Ones(48) & ~offset) | (ipa & offset);
}

unsigned PhysicalAddressBits(unsigned pa_range) {
  static constexpr unsigned kBits[] = {32, 36, 40, 42, 44, 48, 48, 48};
  return kBits[pa_range & 7];
}

std::expected<Stage2Leaf, Stage2Fault> WalkStage2(const Stage2Controls& controls,
                                                  const PhysicalMemory& memory, std::uint64_t ipa) {
  const std::optional<Geometry> g = GeometryOf(controls);
  if (!g || (ipa & ~Ones(g->input_bits)) != 0) return Fault(FaultKind::kTranslation, 0);
  // VTTBR_EL2.BADDR: aligned to the size of the (concatenated) start table.
  const unsigned start_bits = g->input_bits - g->Shift(g->start_level) + 3;
  std::uint64_t table = controls.vttbr & Ones(48) & ~Ones(start_bits) & ~std::uint64_t{1};
  if (IsBeyond(*g, memory, table)) return Fault(FaultKind::kAddressSize, 0);
  unsigned top = g->input_bits;
  for (unsigned level = g->start_level;; ++level) {
    const unsigned shift = g->Shift(level);
    const std::uint64_t at = table + ((ipa & Ones(top)) >> shift) * 8;
    const std::uint64_t descriptor = memory.ReadDescriptor(at);
    if ((descriptor & kValid) == 0) return Fault(FaultKind::kTranslation, level);
    const bool is_table = (descriptor & kTable) != 0;
    if (level == 3 && !is_table) return Fault(FaultKind::kTranslation, level);
    if (level == 3 || !is_table) {
      const bool block_allowed = level == 3 || level == 2 || (level == 1 && g->granule_bits == 12);
      if (!block_allowed) return Fault(FaultKind::kTranslation, level);
      const std::uint64_t output = descriptor & Ones(48) & ~Ones(shift);
      if ((output & ~Ones(g->output_bits)) != 0) return Fault(FaultKind::kAddressSize, level);
      return Stage2Leaf{descriptor, static_cast<std::uint8_t>(level),
                        static_cast<std::uint8_t>(shift), at};
    }
    table = descriptor & Ones(48) & ~Ones(g->granule_bits);
    if (IsBeyond(*g, memory, table)) return Fault(FaultKind::kAddressSize, level);
    top = shift;
  }
}

}  // namespace trivet::sim
