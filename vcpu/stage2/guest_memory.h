// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "hal/registers.h"
#include "hal/status.h"
#include "percpu/per_cpu_state.h"
#include "vcpu/stage2/descriptor.h"
#include "vcpu/stage2/table_pool.h"

namespace trivet::vcpu {

/// Where an intermediate physical address leads.
struct Mapping {
  std::uint64_t pa;    ///< Of the address itself.
  std::uint64_t size;  ///< Of the page or block that has it: 4 KiB, 2 MiB or 1 GiB.
  Attributes attributes;
};

/// A guest's stage 2: mappings of 4 KiB, 2 MiB and 1 GiB, the largest that the addresses allow, for
/// 32 to 48 bits of intermediate physical address. Guests may run on any CPU while it changes. Not
/// thread-safe: the caller serializes changes. Runs at EL2, any mask state (kept).
///
/// An error means that nothing changed, for the guest or the pool.
class GuestMemory {
 public:
  /// Takes the root tables, which map nothing, from `pool`. `vmid` is this guest's own on every CPU
  /// and not 0; above 255 only where the CPU has 16 bits. Errors: kInvalidArgument (ipa_bits below
  /// 32, above 48 or above this CPU's physical addresses; vmid), kOutOfTables.
  Status Create(TablePool& pool, unsigned ipa_bits, std::uint16_t vmid);
  /// Gives all tables back. No CPU has the guest's registers loaded, and no TLB has its VMID:
  /// percpu::PerCpuState::InvalidateStage2(), or VmidAllocator::Free(), comes first.
  void Destroy();

  /// Maps [ipa, ipa + size) to `pa` on. All three are multiples of 4096. Needs no TLB maintenance:
  /// the range was not mapped. Errors: kInvalidArgument (misaligned, empty, out of range),
  /// kAlreadyMapped (part of it is), kOutOfTables.
  Status Map(std::uint64_t ipa, std::uint64_t pa, std::uint64_t size, Attributes attributes);
  /// After it no CPU of the inner shareable domain reaches the range. What is not mapped stays so.
  /// On `cpu`'s CPU, enabled. Errors: as Map(), kNotEnabled, kWrongCpu.
  ///
  /// Unmap() and Protect() of a part of a block replace the block by a table, break before make: a
  /// guest that runs meanwhile may exit with a translation fault for an address that Walk() finds
  /// mapped. It can run again.
  Status Unmap(percpu::PerCpuState& cpu, std::uint64_t ipa, std::uint64_t size);
  /// Changes what the guest may do with the range, all of it mapped. After it no CPU uses the old
  /// rights. Errors: as Unmap(), kInvalidArgument where nothing is mapped.
  Status Protect(percpu::PerCpuState& cpu, std::uint64_t ipa, std::uint64_t size,
                 Permissions permissions);

  /// What the tables say of `ipa` now.
  std::optional<Mapping> Walk(std::uint64_t ipa) const;

  /// For Config::vtcr and Config::vttbr.
  hal::VtcrEl2 vtcr() const { return vtcr_; }
  hal::VttbrEl2 vttbr() const;

 private:
  /// A table's entries, and where they stand.
  struct Level {
    std::uint64_t* entries;  ///< Null: a table that is not there, and maps nothing.
    unsigned level;
    bool root;
    std::uint64_t& At(std::uint64_t ipa) const;
    std::uint64_t Get(std::uint64_t ipa) const { return entries != nullptr ? At(ipa) : 0; }
  };
  struct Range {
    std::uint64_t begin, end;
    std::uint64_t pa = 0;  ///< Of `begin`; Map() only.
    std::uint64_t size() const { return end - begin; }
  };
  struct Place {
    std::uint64_t& entry;
    unsigned level;
  };
  template <class F>
  static bool ForEachEntry(unsigned level, Range range, F f);
  static bool FitsEntry(Range part, unsigned level);
  /// One 8-byte store: a walk sees the old entry or the new one.
  static void Set(std::uint64_t& entry, std::uint64_t value) {
    const_cast<volatile std::uint64_t&>(entry) = value;
  }
  /// The same once every store before it can be seen.
  static void Publish(std::uint64_t& entry, std::uint64_t value) {
    std::atomic_ref(entry).store(value, std::memory_order_release);
  }

  Level Root() const { return {root_->entries, start_level_, true}; }
  Level Below(std::uint64_t entry, unsigned level) const;
  Status CheckRange(std::uint64_t ipa, std::uint64_t size) const;
  /// Tables that a mapping of `range` takes, at most `most` + 1; nullopt: part of it is mapped.
  std::optional<std::size_t> TablesFor(Level table, Range range, std::size_t most) const;
  void MapIn(Level table, Range range, std::uint64_t leaf);
  /// Removes what `table` maps of the range; true: it maps nothing any more. Tables that map
  /// nothing are linked from retired_.
  bool UnmapIn(Level table, Range range);
  bool IsMappedIn(Level table, Range range) const;
  void ProtectIn(Level table, Range range, std::uint64_t permissions);
  Place Find(std::uint64_t ipa) const;
  /// Tables that Split() takes.
  std::size_t TablesToSplit(std::uint64_t ipa) const;
  Status CheckSplits(percpu::PerCpuState& cpu, std::uint64_t begin, std::uint64_t end) const;
  /// Makes `ipa` a boundary between mappings.
  void Split(percpu::PerCpuState& cpu, std::uint64_t ipa);
  void SplitBlock(percpu::PerCpuState& cpu, std::uint64_t& entry, unsigned level);
  void Retire(Table* table);
  void GiveRetired();
  void GiveBelow(Level table);
  void Invalidate(percpu::PerCpuState& cpu) const;

  TablePool* pool_ = nullptr;
  Table* root_ = nullptr;
  Table* retired_ = nullptr;  ///< Unlinked, and given back once no TLB has a walk through them.
  unsigned ipa_bits_ = 0;
  unsigned pa_bits_ = 0;
  unsigned start_level_ = 0;
  std::size_t root_tables_ = 0;
  std::uint16_t vmid_ = 0;
  hal::VtcrEl2 vtcr_;
};

}  // namespace trivet::vcpu
