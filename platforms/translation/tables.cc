// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/translation/tables.h"

#include <algorithm>

namespace trivet::platforms::translation {
namespace {

// [arm-arm] D8.3.1, D8.4: stage 1 descriptors of the 4 KiB granule.
constexpr std::uint64_t kBlock = 0b01;
constexpr std::uint64_t kTableOrPage = 0b11;
constexpr std::uint64_t kDevice = kDeviceAttribute << 2;
constexpr std::uint64_t kNormal = kNormalAttribute << 2;
constexpr std::uint64_t kAp1 = 1 << 6;  // EL2: RES1. EL2&0: EL0 has access.
constexpr std::uint64_t kAp2ReadOnly = 1 << 7;
constexpr std::uint64_t kInnerShareable = 3 << 8;
constexpr std::uint64_t kAccessed = 1 << 10;
constexpr std::uint64_t kPxn = std::uint64_t{1} << 53;  // EL2: RES0.
constexpr std::uint64_t kXn = std::uint64_t{1} << 54;   // EL2&0: UXN.
constexpr std::uint64_t kAddress = 0x0000'ffff'ffff'f000;
// The same in a table descriptor, for everything behind it.
constexpr std::uint64_t kPxnTable = std::uint64_t{1} << 59;
constexpr std::uint64_t kXnTable = std::uint64_t{1} << 60;
constexpr std::uint64_t kApTableNoEl0 = std::uint64_t{1} << 61;  // EL2: RES0.

constexpr std::size_t kEntries = 512;
/// An entry of a level 0 table: 512 GiB. Nothing so large is a block without FEAT_LPA2.
constexpr unsigned kWindowShift = 39;
constexpr unsigned kLastLevel = 3;

constexpr unsigned ShiftOf(unsigned level) { return kWindowShift - 9 * level; }

std::uint64_t AttributesOf(Regime regime, Access access) {
  std::uint64_t bits = kNormal | kInnerShareable | kAccessed;
  if (access != Access::kReadWrite) bits |= kAp2ReadOnly;
  if (regime == Regime::kEl2) return bits | kAp1 | (access == Access::kReadExecute ? 0 : kXn);
  return bits | kXn | (access == Access::kReadExecute ? 0 : kPxn);
}

/// Both regimes share the tables of devices, which have EL2's layout; EL2&0's level 0 entries add
/// its restrictions.
std::uint64_t DeviceOf(Regime regime) {
  const std::uint64_t bits = kDevice | kAccessed | kXn;
  return regime == Regime::kEl2 ? bits | kAp1 : bits | kPxn;
}

std::uint64_t AddressOf(const Table& table) { return reinterpret_cast<std::uintptr_t>(&table); }

std::uint64_t LeafAt(unsigned level) { return level == kLastLevel ? kTableOrPage : kBlock; }

class Builder {
 public:
  Builder(std::span<Table> memory, unsigned physical_bits)
      : memory_(memory), physical_end_(std::uint64_t{1} << physical_bits) {}

  bool Run(std::span<const Pages> image, std::span<const Ram> ram) {
    Table* const roots = Take(2);
    if (roots == nullptr || image.empty()) return false;
    for (Table& root : std::span(roots, 2)) root = {};
    FindImage(image);
    ram_ = ram;
    const auto is_outside = [&](const Ram& range) { return range.end > physical_end_; };
    if (image_end_ > physical_end_ || std::ranges::any_of(ram, is_outside)) return false;
    for (std::uint64_t base = 0; base < physical_end_; base += std::uint64_t{1} << kWindowShift) {
      const bool ok = HasNormal(base) ? AddWindows(roots, base) : AddDeviceWindow(roots, base);
      if (!ok) return false;
    }
    for (const Ram& range : ram) {
      if (!Map(roots, Regime::kEl2, range) || !Map(roots, Regime::kEl2And0, range)) return false;
    }
    for (const Pages& pages : image) {
      if (!Map(roots, Regime::kEl2, pages) || !Map(roots, Regime::kEl2And0, pages)) return false;
    }
    return true;
  }

 private:
  Table* Take(std::size_t count) {
    if (memory_.size() < count) return nullptr;
    Table* const taken = memory_.data();
    memory_ = memory_.subspan(count);
    return taken;
  }

  void FindImage(std::span<const Pages> image) {
    for (const Pages& pages : image) {
      image_start_ = std::min(image_start_, pages.start);
      image_end_ = std::max(image_end_, pages.end);
    }
  }

  bool HasNormal(std::uint64_t window) const {
    const auto overlaps = [=](std::uint64_t start, std::uint64_t end) {
      return window < end && start < window + (std::uint64_t{1} << kWindowShift);
    };
    return overlaps(image_start_, image_end_) ||
           std::ranges::any_of(ram_, [&](const Ram& r) { return overlaps(r.start, r.end); });
  }

  Table* Devices(std::uint64_t base, Regime regime) {
    Table* const table = Take(1);
    if (table == nullptr) return nullptr;
    for (std::uint64_t& entry : table->entries) {
      entry = base < physical_end_ ? base | DeviceOf(regime) | kBlock : 0;
      base += std::uint64_t{1} << ShiftOf(1);
    }
    return table;
  }

  bool AddDeviceWindow(Table* roots, std::uint64_t base) {
    const Table* const devices = Devices(base, Regime::kEl2);
    if (devices == nullptr) return false;
    const std::uint64_t entry = AddressOf(*devices) | kXnTable | kTableOrPage;
    const std::size_t index = base >> kWindowShift;
    roots[RootOf(Regime::kEl2)].entries[index] = entry;
    roots[RootOf(Regime::kEl2And0)].entries[index] = entry | kPxnTable | kApTableNoEl0;
    return true;
  }

  bool AddWindows(Table* roots, std::uint64_t base) {
    for (const Regime regime : {Regime::kEl2, Regime::kEl2And0}) {
      const Table* const table = Devices(base, regime);
      if (table == nullptr) return false;
      roots[RootOf(regime)].entries[base >> kWindowShift] = AddressOf(*table) | kTableOrPage;
    }
    return true;
  }

  bool Map(Table* roots, Regime regime, const Pages& pages) {
    const std::uint64_t attributes = AttributesOf(regime, pages.access) | kTableOrPage;
    for (std::uint64_t address = pages.start; address < pages.end; address += kPageSize) {
      std::uint64_t* const entry = EntryAt(roots[RootOf(regime)], address, kLastLevel);
      if (entry == nullptr) return false;
      *entry = pages.access == Access::kNone ? 0 : (address + pages.offset) | attributes;
    }
    return true;
  }

  /// With the largest blocks that fit.
  bool Map(Table* roots, Regime regime, const Ram& ram) {
    for (std::uint64_t address = ram.start; address < ram.end;) {
      unsigned level = 1;
      const auto fits = [&] {
        const std::uint64_t size = std::uint64_t{1} << ShiftOf(level);
        return address % size == 0 && ram.end - address >= size;
      };
      while (level < kLastLevel && !fits()) ++level;
      std::uint64_t* const entry = EntryAt(roots[RootOf(regime)], address, level);
      if (entry == nullptr) return false;
      *entry = address | AttributesOf(regime, Access::kReadWrite) | LeafAt(level);
      address += std::uint64_t{1} << ShiftOf(level);
    }
    return true;
  }

  /// The entry of `last_level` for `address`; blocks on the way become tables of the same.
  std::uint64_t* EntryAt(Table& root, std::uint64_t address, unsigned last_level) {
    Table* table = &root;
    for (unsigned level = 0;; ++level) {
      std::uint64_t& entry = table->entries[(address >> ShiftOf(level)) % kEntries];
      if (level == last_level) return &entry;
      if ((entry & kTableOrPage) != kTableOrPage && !Split(entry, level)) return nullptr;
      table = reinterpret_cast<Table*>(static_cast<std::uintptr_t>(entry & kAddress));
    }
  }

  bool Split(std::uint64_t& entry, unsigned level) {
    Table* const table = Take(1);
    if (table == nullptr) return false;
    std::uint64_t part = (entry & ~kTableOrPage) | LeafAt(level + 1);
    for (std::uint64_t& smaller : table->entries) {
      smaller = part;
      part += std::uint64_t{1} << ShiftOf(level + 1);
    }
    entry = AddressOf(*table) | kTableOrPage;
    return true;
  }

  std::span<Table> memory_;
  std::uint64_t physical_end_;
  std::span<const Ram> ram_;
  std::uint64_t image_start_ = ~std::uint64_t{0};
  std::uint64_t image_end_ = 0;
};

}  // namespace

bool Build(std::span<Table> memory, unsigned physical_bits, std::span<const Pages> image,
           std::span<const Ram> ram) {
  return Builder(memory, physical_bits).Run(image, ram);
}

}  // namespace trivet::platforms::translation
