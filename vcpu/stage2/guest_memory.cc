// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vcpu/stage2/guest_memory.h"

#include <algorithm>

#include "hal/cpu.h"
#include "percpu/stage2_guard.h"

// What GuestMemory's callers see; guest_memory_walk.cc goes through the tables.
namespace trivet::vcpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr unsigned kFewestBits = 32;
/// Up to 16 tables stand side by side at the start level. [arm-arm] "Concatenated translation
/// tables".
constexpr unsigned kConcatenatedBits = 4;
constexpr std::uint64_t kPage = 4096;

unsigned StartLevelFor(unsigned ipa_bits) {
  unsigned level = 0;
  while (ipa_bits <= descriptor::Shift(level) + kConcatenatedBits) ++level;
  return level;
}

StartLevel Sl0(unsigned level) {
  constexpr StartLevel kNames[] = {StartLevel::k4KbLevel0, StartLevel::k4KbLevel1,
                                   StartLevel::k4KbLevel2};
  return kNames[level];
}

/// Descriptors that were written reach every table walk from here on. [arm-arm] "Ordering and
/// completion of table walks": a DSB, then a context synchronization event on this CPU.
void Finish() {
  Cpu::Dsb<Domain::kInnerShareable>();
  Cpu::Isb();
}

}  // namespace

Status GuestMemory::Create(TablePool& pool, unsigned ipa_bits, std::uint16_t vmid) {
  const unsigned pa_bits = percpu::PhysicalAddressBits();
  const bool long_vmid = percpu::CpuHas(Feature::kVmid16);
  if (ipa_bits < kFewestBits || ipa_bits > pa_bits) return Status::kInvalidArgument;
  if (vmid == 0 || (vmid > 0xff && !long_vmid)) return Status::kInvalidArgument;
  const unsigned start = StartLevelFor(ipa_bits);
  const unsigned whole_table = descriptor::Shift(start) + 9;
  const std::size_t tables = ipa_bits > whole_table ? 1u << (ipa_bits - whole_table) : 1;
  Table* const root = pool.Take(tables);
  if (root == nullptr) return Status::kOutOfTables;
  pool_ = &pool;
  root_ = root;
  root_tables_ = tables;
  start_level_ = start;
  ipa_bits_ = ipa_bits;
  pa_bits_ = pa_bits;
  vmid_ = vmid;
  vtcr_ = percpu::Stage2Shape(Sl0(start), ipa_bits).vs(long_vmid);
  return Status::kOk;
}

void GuestMemory::Destroy() {
  GiveBelow(Root());
  pool_->Give(root_, root_tables_);
  root_ = nullptr;
}

VttbrEl2 GuestMemory::vttbr() const {
  return VttbrEl2::FromRaw(std::uint64_t{vmid_} << 48 | pool_->PhysicalAddressOf(root_));
}

Status GuestMemory::CheckRange(std::uint64_t ipa, std::uint64_t size) const {
  const std::uint64_t limit = std::uint64_t{1} << ipa_bits_;
  const bool aligned = (ipa | size) % kPage == 0;
  const bool inside = size != 0 && size <= limit && ipa <= limit - size;
  return aligned && inside ? Status::kOk : Status::kInvalidArgument;
}

Status GuestMemory::Map(std::uint64_t ipa, std::uint64_t pa, std::uint64_t size,
                        Attributes attributes) {
  if (const Status s = CheckRange(ipa, size); s != Status::kOk) return s;
  const std::uint64_t limit = std::uint64_t{1} << pa_bits_;
  if (pa % kPage != 0 || size > limit || pa > limit - size) return Status::kInvalidArgument;
  const Range range = {ipa, ipa + size, pa};
  const std::size_t most = pool_->available();
  const std::optional<std::size_t> tables = TablesFor(Root(), range, most);
  if (!tables) return Status::kAlreadyMapped;
  if (*tables > most) return Status::kOutOfTables;
  MapIn(Root(), range, descriptor::Leaf(attributes));
  Finish();
  return Status::kOk;
}

Status GuestMemory::CheckSplits(percpu::PerCpuState& cpu, std::uint64_t begin,
                                std::uint64_t end) const {
  if (const Status s = cpu.CheckEnabledHere(); s != Status::kOk) return s;
  // Both ends in one block share tables: this counts one or two too many at most.
  const std::size_t tables = TablesToSplit(begin) + TablesToSplit(end);
  return tables > pool_->available() ? Status::kOutOfTables : Status::kOk;
}

Status GuestMemory::Unmap(percpu::PerCpuState& cpu, std::uint64_t ipa, std::uint64_t size) {
  if (const Status s = CheckRange(ipa, size); s != Status::kOk) return s;
  const Range range = {ipa, ipa + size};
  if (const Status s = CheckSplits(cpu, range.begin, range.end); s != Status::kOk) return s;
  Split(cpu, range.begin);
  Split(cpu, range.end);
  (void)UnmapIn(Root(), range);
  Finish();
  Invalidate(cpu);
  GiveRetired();
  return Status::kOk;
}

Status GuestMemory::Protect(percpu::PerCpuState& cpu, std::uint64_t ipa, std::uint64_t size,
                            Permissions permissions) {
  if (const Status s = CheckRange(ipa, size); s != Status::kOk) return s;
  const Range range = {ipa, ipa + size};
  if (!IsMappedIn(Root(), range)) return Status::kInvalidArgument;
  if (const Status s = CheckSplits(cpu, range.begin, range.end); s != Status::kOk) return s;
  Split(cpu, range.begin);
  Split(cpu, range.end);
  // Access permissions alone change without break before make. [arm-arm] "Using break-before-make
  // when updating translation table entries".
  ProtectIn(Root(), range, descriptor::PermissionBits(permissions));
  Finish();
  Invalidate(cpu);
  return Status::kOk;
}

/// Break before make: the same memory by a table of smaller entries, and no TLB ever holds both.
void GuestMemory::SplitBlock(percpu::PerCpuState& cpu, std::uint64_t& entry, unsigned level) {
  Table* const table = pool_->Take();
  const unsigned below = level + 1;
  const std::uint64_t leaf = entry & ~descriptor::kAddress;
  const std::uint64_t pa = entry & descriptor::kAddress;
  for (std::uint64_t i = 0; i < std::size(table->entries); ++i) {
    table->entries[i] = descriptor::LeafAt(leaf, below, pa + i * descriptor::SizeAt(below));
  }
  Set(entry, 0);
  Finish();
  Invalidate(cpu);
  Publish(entry, descriptor::TableAt(pool_->PhysicalAddressOf(table)));
  Finish();
}

/// Stages 1 and 2 of this VMID: what a TLB made of both has no address of stage 2 to find it by.
/// [arm-arm] TLBI IPAS2E1.
void GuestMemory::Invalidate(percpu::PerCpuState& cpu) const {
  (void)cpu.InvalidateStage2(vtcr_, vttbr());  // CheckSplits() has checked the CPU.
}

}  // namespace trivet::vcpu
