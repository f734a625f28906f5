// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vectors/chain_table.h"

#include <algorithm>
#include <array>

#include "vectors/chain_code.h"
#include "vectors/table.h"

namespace trivet::vectors {
namespace {

using Slot = std::array<std::uint32_t, kWordsPerSlot>;

constexpr std::int64_t kReach = std::int64_t{128} << 20;

std::int64_t Displacement(const ChainPlace& place, std::uint64_t host_base) {
  return static_cast<std::int64_t>(host_base - place.executable);
}

constexpr Slot UnusedSlot() {
  Slot slot = {};
  slot.fill(kBreak);
  return slot;
}

/// The same word in every slot, since both tables have one layout.
Slot HostSlot(const ChainPlace& place, std::uint64_t host_base) {
  const auto words = static_cast<std::uint32_t>(Displacement(place, host_base) >> 2);
  Slot slot = UnusedSlot();
  slot[0] = kBranchOpcode | (words & kBranchImmediate);
  return slot;
}

/// Executes the first instruction of Trivet's slot, which frees X0, and branches behind it, at any
/// distance.
Slot ExitSlot(std::size_t index) {
  const std::uint64_t target = TableBase() + (index * kWordsPerSlot + 1) * sizeof(std::uint32_t);
  Slot slot = UnusedSlot();
  slot[0] = kPushX0X1;
  slot[1] = kLoadX0ThreeWordsOn;
  slot[2] = kBranchX0;
  slot[4] = static_cast<std::uint32_t>(target);
  slot[5] = static_cast<std::uint32_t>(target >> 32);
  return slot;
}

}  // namespace

Status CheckChainPlace(const ChainPlace& place) {
  if (place.words == nullptr) return Status::kHandlerMissing;
  const bool aligned = place.executable % kChainTableSize == 0 &&
                       reinterpret_cast<std::uintptr_t>(place.words) % sizeof(std::uint32_t) == 0;
  return aligned ? Status::kOk : Status::kInvalidArgument;
}

Status CheckChainReach(const ChainPlace& place, std::uint64_t host_base) {
  if (host_base % kChainTableSize != 0) return Status::kInvalidArgument;
  const std::int64_t displacement = Displacement(place, host_base);
  return displacement >= -kReach && displacement < kReach ? Status::kOk : Status::kOutOfReach;
}

void MakeChainTable(const ChainPlace& place, std::uint64_t host_base) {
  bool changed = false;
  for (std::size_t i = 0; i < kSlots; ++i) {
    const Slot slot = i < kOwnSlots ? HostSlot(place, host_base) : ExitSlot(i);
    std::uint32_t* const words = place.words + i * kWordsPerSlot;
    if (std::equal(slot.begin(), slot.end(), words)) continue;
    std::copy(slot.begin(), slot.end(), words);
    changed = true;
  }
  if (changed) SynchronizeChainTable(place);
}

}  // namespace trivet::vectors
