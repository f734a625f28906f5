// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vectors/sim/chain_table.h"

#include <algorithm>
#include <array>
#include <format>
#include <map>
#include <mutex>

#include "sim/pe/code_map.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"
#include "vectors/chain_code.h"

namespace trivet::vectors {
namespace {

using Words = std::array<std::uint32_t, kChainTableSize / sizeof(std::uint32_t)>;

/// What instruction fetch sees: the tables as they were when they were last synchronized, by
/// address. Process-wide, as the code map is.
struct FetchedTables {
  std::mutex mutex;
  std::map<std::uint64_t, Words> by_address;
};

FetchedTables& Fetched() {
  static FetchedTables fetched;
  return fetched;
}

void RunChainSlot(sim::Pe& pe, std::uint64_t) {
  pe.set_pc(*FollowChain(pe.pc()));
  pe.RunCodeAt(pe.pc());
}

/// B's target; its immediate counts words and is signed.
std::uint64_t BranchTarget(std::uint32_t instruction, std::uint64_t address) {
  constexpr unsigned kUnused = 32 - 26;
  const auto words = static_cast<std::int32_t>(instruction << kUnused) >> kUnused;
  return address + static_cast<std::uint64_t>(std::int64_t{words} * 4);
}

/// Runs the instructions of one slot. SP belongs to the assembly alone, so a push is only passed.
std::uint64_t Follow(const Words& words, std::size_t i, std::uint64_t base) {
  std::uint64_t x0 = 0;
  for (;; ++i) {
    const std::uint32_t instruction = words[i];
    if ((instruction & ~kBranchImmediate) == kBranchOpcode) {
      return BranchTarget(instruction, base + i * sizeof(instruction));
    }
    if (instruction == kBranchX0) return x0;
    if (instruction == kLoadX0ThreeWordsOn) {
      x0 = words[i + 3] | std::uint64_t{words[i + 4]} << 32;
    } else if (instruction != kPushX0X1) {
      throw sim::Violation(std::format("chain table at {:#x}: no instruction is known for {:#x}",
                                       base, instruction));
    }
  }
}

}  // namespace

void SynchronizeChainTable(const ChainPlace& place) {
  FetchedTables& fetched = Fetched();
  const std::scoped_lock lock(fetched.mutex);
  const bool known = fetched.by_address.contains(place.executable);
  Words& words = fetched.by_address[place.executable];
  std::copy_n(place.words, words.size(), words.begin());
  if (!known) {
    sim::CodeMap::Instance().Map(place.executable, kChainTableSize, &RunChainSlot);
  }
}

std::optional<std::uint64_t> FollowChain(std::uint64_t address) {
  FetchedTables& fetched = Fetched();
  const std::scoped_lock lock(fetched.mutex);
  const std::uint64_t base = address & ~std::uint64_t{kChainTableSize - 1};
  const auto table = fetched.by_address.find(base);
  if (table == fetched.by_address.end()) return std::nullopt;
  return Follow(table->second, (address - base) / sizeof(std::uint32_t), base);
}

}  // namespace trivet::vectors
