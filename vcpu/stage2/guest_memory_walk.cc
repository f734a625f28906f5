// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <algorithm>
#include <iterator>

#include "vcpu/stage2/guest_memory.h"

// What goes through GuestMemory's tables. None of it waits or invalidates.
namespace trivet::vcpu {

using descriptor::IsLeaf;
using descriptor::IsTable;
using descriptor::LeafAt;
using descriptor::SizeAt;

std::uint64_t& GuestMemory::Level::At(std::uint64_t ipa) const {
  const std::uint64_t index = ipa >> descriptor::Shift(level);
  return entries[root ? index : index % std::size(Table{}.entries)];
}

[[gnu::noinline]] GuestMemory::Level GuestMemory::Below(std::uint64_t entry, unsigned level) const {
  const bool has_table = IsTable(entry, level);
  Table* const table = has_table ? pool_->At(entry & descriptor::kAddress) : nullptr;
  return {has_table ? table->entries : nullptr, level + 1, false};
}

/// Calls f with the part of the range that each entry of a table of `level` maps, until one
/// returns false. True: none did.
template <class F>
bool GuestMemory::ForEachEntry(unsigned level, Range range, F f) {
  for (std::uint64_t ipa = range.begin; ipa < range.end;) {
    const std::uint64_t next = std::min(range.end, (ipa | (SizeAt(level) - 1)) + 1);
    if (!f(Range{ipa, next, range.pa + (ipa - range.begin)})) return false;
    ipa = next;
  }
  return true;
}

/// True when one entry of `level` can map all of `part`. Level 0 has tables only.
[[gnu::noinline]] bool GuestMemory::FitsEntry(Range part, unsigned level) {
  return level != 0 && part.size() == SizeAt(level) && part.pa % SizeAt(level) == 0;
}

std::optional<std::size_t> GuestMemory::TablesFor(Level table, Range range,
                                                  std::size_t most) const {
  std::size_t tables = 0;
  const bool free = ForEachEntry(table.level, range, [&](Range part) {
    const std::uint64_t entry = table.Get(part.begin);
    if (IsLeaf(entry, table.level)) return false;
    const Level below = Below(entry, table.level);
    if (below.entries == nullptr && FitsEntry(part, table.level)) return true;
    if (tables > most) return true;  // Enough to know that they do not suffice.
    const std::optional<std::size_t> more = TablesFor(below, part, most);
    tables += more.value_or(0) + (below.entries == nullptr ? 1 : 0);
    return more.has_value();
  });
  return free ? std::optional(tables) : std::nullopt;
}

void GuestMemory::MapIn(Level table, Range range, std::uint64_t leaf) {
  ForEachEntry(table.level, range, [&](Range part) {
    std::uint64_t& entry = table.At(part.begin);
    const bool has_table = IsTable(entry, table.level);
    if (!has_table && FitsEntry(part, table.level)) {
      Set(entry, LeafAt(leaf, table.level, part.pa));
      return true;
    }
    // A new table is complete before a walk can find it: another CPU's walk may run ahead.
    const std::uint64_t link =
        has_table ? entry : descriptor::TableAt(pool_->PhysicalAddressOf(pool_->Take()));
    MapIn(Below(link, table.level), part, leaf);
    if (!has_table) Publish(entry, link);
    return true;
  });
}

bool GuestMemory::UnmapIn(Level table, Range range) {
  ForEachEntry(table.level, range, [&](Range part) {
    std::uint64_t& entry = table.At(part.begin);
    const Level below = Below(entry, table.level);
    if (below.entries != nullptr && !UnmapIn(below, part)) return true;
    if (below.entries != nullptr) Retire(pool_->At(entry & descriptor::kAddress));
    Set(entry, 0);
    return true;
  });
  if (table.root) return false;
  const auto maps = [](std::uint64_t entry) { return entry != 0; };
  return std::none_of(table.entries, table.entries + std::size(Table{}.entries), maps);
}

bool GuestMemory::IsMappedIn(Level table, Range range) const {
  return ForEachEntry(table.level, range, [&](Range part) {
    const std::uint64_t entry = table.Get(part.begin);
    if (IsLeaf(entry, table.level)) return true;
    const Level below = Below(entry, table.level);
    return below.entries != nullptr && IsMappedIn(below, part);
  });
}

void GuestMemory::ProtectIn(Level table, Range range, std::uint64_t permissions) {
  ForEachEntry(table.level, range, [&](Range part) {
    std::uint64_t& entry = table.At(part.begin);
    if (IsLeaf(entry, table.level)) {
      Set(entry, (entry & ~descriptor::kPermissionBits) | permissions);
    } else {
      ProtectIn(Below(entry, table.level), part, permissions);
    }
    return true;
  });
}

/// The entry that maps `ipa`, or that maps nothing, and its level.
GuestMemory::Place GuestMemory::Find(std::uint64_t ipa) const {
  Level table = Root();
  while (IsTable(table.At(ipa), table.level)) table = Below(table.At(ipa), table.level);
  return {table.At(ipa), table.level};
}

std::optional<Mapping> GuestMemory::Walk(std::uint64_t ipa) const {
  if (ipa >> ipa_bits_ != 0) return std::nullopt;
  const Place place = Find(ipa);
  if (!IsLeaf(place.entry, place.level)) return std::nullopt;
  const std::uint64_t size = SizeAt(place.level);
  return Mapping{.pa = (place.entry & descriptor::kAddress) | (ipa & (size - 1)),
                 .size = size,
                 .attributes = descriptor::AttributesOf(place.entry)};
}

std::size_t GuestMemory::TablesToSplit(std::uint64_t ipa) const {
  if (ipa >> ipa_bits_ != 0) return 0;  // The end of everything.
  const Place place = Find(ipa);
  if (!IsLeaf(place.entry, place.level)) return 0;
  std::size_t tables = 0;
  for (unsigned level = place.level; ipa % SizeAt(level) != 0; ++level) ++tables;
  return tables;
}

void GuestMemory::Split(percpu::PerCpuState& cpu, std::uint64_t ipa) {
  for (std::size_t left = TablesToSplit(ipa); left != 0; --left) {
    const Place place = Find(ipa);
    SplitBlock(cpu, place.entry, place.level);
  }
}

/// Links a table by an entry that a walk still finds invalid: bit 0 is clear.
void GuestMemory::Retire(Table* table) {
  const std::uint64_t next = retired_ == nullptr ? 0 : pool_->PhysicalAddressOf(retired_);
  Set(table->entries[0], next);
  retired_ = table;
}

void GuestMemory::GiveRetired() {
  while (retired_ != nullptr) {
    Table* const table = retired_;
    const std::uint64_t next = table->entries[0];
    retired_ = next == 0 ? nullptr : pool_->At(next);
    pool_->Give(table);
  }
}

void GuestMemory::GiveBelow(Level table) {
  const std::size_t tables = table.root ? root_tables_ : 1;
  for (std::size_t i = 0; i < tables * std::size(Table{}.entries); ++i) {
    const Level below = Below(table.entries[i], table.level);
    if (below.entries == nullptr) continue;
    GiveBelow(below);
    pool_->Give(pool_->At(table.entries[i] & descriptor::kAddress));
  }
}

}  // namespace trivet::vcpu
