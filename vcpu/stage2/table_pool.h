// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace trivet::vcpu {

/// A translation table of the 4 KiB granule: 512 descriptors.
struct alignas(4096) Table {
  std::uint64_t entries[512];
};

/// The tables that stages 2 are built of: memory of the caller's, contiguous in physical memory.
/// Several stages 2 may share a pool. Not thread-safe: the caller serializes what uses one pool.
/// Any exception level and mask state.
class TablePool {
 public:
  /// `tables` stands at physical address `pa`, 4096-byte aligned; `used` has a zero bit for each.
  /// Both outlive the pool.
  TablePool(std::span<Table> tables, std::span<std::uint64_t> used, std::uint64_t pa)
      : tables_(tables), used_(used), pa_(pa), available_(tables.size()) {}
  TablePool(const TablePool&) = delete;
  TablePool& operator=(const TablePool&) = delete;

  std::size_t available() const { return available_; }
  /// `count` tables, all zero, side by side from a physical address that is a multiple of their
  /// size; `count` is a power of two. Null: there are none left.
  Table* Take(std::size_t count = 1);
  /// Gives tables of Take() back. No TLB may hold a walk through them.
  void Give(Table* tables, std::size_t count = 1);

  std::uint64_t PhysicalAddressOf(const Table* table) const {
    return pa_ + static_cast<std::uint64_t>(table - tables_.data()) * sizeof(Table);
  }
  /// The table at `pa`, which PhysicalAddressOf() returned.
  Table* At(std::uint64_t pa) const { return &tables_[(pa - pa_) / sizeof(Table)]; }

 private:
  bool AreFree(std::size_t first, std::size_t count) const;
  void Mark(std::size_t first, std::size_t count, bool used);

  const std::span<Table> tables_;
  const std::span<std::uint64_t> used_;
  const std::uint64_t pa_;
  std::size_t available_;
};

/// The memory of a pool of `kTables`.
template <std::size_t kTables>
struct TablePoolMemory {
  Table tables[kTables] = {};
  std::uint64_t used[(kTables + 63) / 64] = {};
};

}  // namespace trivet::vcpu
