// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vectors/slot_finder.h"

#include "hal/cpu.h"
#include "hal/registers.h"
#include "vectors/cpu_slot.h"
#include "vectors/selected_table.h"

namespace trivet::vectors {
namespace {

std::uint64_t StartOf(const SlotFinder& finder) {
  if (finder.UsesTpidr()) return hal::Cpu::Read<hal::TpidrEl2>().raw();
  if (finder.UsesStack()) return (StackPointer() - 1) & ~(std::uint64_t{finder.area} - 1);
  return reinterpret_cast<std::uint64_t>(&finder.number);
}

}  // namespace

FoundSlot FindSlot(const SlotFinder& finder) {
  const std::uint64_t start = StartOf(finder);
  if (start == 0) return {Status::kSlotMissing, 0};
  std::uint64_t page = start + finder.number;
  if (finder.FollowsPointer()) {
    if (page % sizeof(std::uint64_t) != 0) return {Status::kSlotMisaligned, page};
    page = *reinterpret_cast<const volatile std::uint64_t*>(page);
  }
  if (page == 0) return {Status::kSlotMissing, 0};
  return {page % kCpuPageSize == 0 ? Status::kOk : Status::kSlotMisaligned, page};
}

}  // namespace trivet::vectors
