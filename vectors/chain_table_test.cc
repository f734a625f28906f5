// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vectors/chain_table.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

#include "vectors/table.h"

namespace trivet::vectors {
namespace {

constexpr std::uint64_t kReach = std::uint64_t{128} << 20;
constexpr std::size_t kWordsPerSlot = 32;

alignas(kChainTableSize) std::uint32_t words[kChainTableSize / sizeof(std::uint32_t)];

ChainPlace Place() {
  return {.words = words, .executable = reinterpret_cast<std::uint64_t>(words)};
}

/// What a host table `displacement` bytes from the chain table puts in the first word of a slot.
std::uint32_t BranchFor(std::int64_t displacement, unsigned slot) {
  MakeChainTable(Place(), Place().executable + static_cast<std::uint64_t>(displacement));
  return words[slot * kWordsPerSlot];
}

// The expected words are what the assembler makes of "b .+N".
TEST(ChainTable, AHostSlotIsOneBranchToTheSameSlot) {
  for (unsigned slot = 0; slot < 8; ++slot) {
    EXPECT_EQ(BranchFor(0x1000, slot), 0x1400'0400u);
    EXPECT_EQ(BranchFor(-0x800, slot), 0x17ff'fe00u);
    EXPECT_EQ(BranchFor(static_cast<std::int64_t>(kReach) - 0x800, slot), 0x15ff'fe00u);
    EXPECT_EQ(BranchFor(-static_cast<std::int64_t>(kReach), slot), 0x1600'0000u);
    EXPECT_EQ(words[slot * kWordsPerSlot + 1], 0xd420'0000u) << "brk";
  }
}

TEST(ChainTable, AnExitSlotGoesOnBehindTheFirstInstructionOfTrivetsSlot) {
  MakeChainTable(Place(), Place().executable + 0x800);
  for (unsigned slot = 8; slot < 16; ++slot) {
    const std::uint32_t* const code = words + slot * kWordsPerSlot;
    EXPECT_EQ(code[0], 0xa9bf'07e0u) << "stp x0, x1, [sp, #-16]!";
    EXPECT_EQ(code[1], 0x5800'0060u) << "ldr x0, .+12";
    EXPECT_EQ(code[2], 0xd61f'0000u) << "br x0";
    const std::uint64_t target = code[4] | std::uint64_t{code[5]} << 32;
    EXPECT_EQ(target, TableBase() + slot * 0x80 + 4);
  }
}

TEST(ChainTable, APlaceIsMemoryAndAligned) {
  EXPECT_EQ(CheckChainPlace(Place()), Status::kOk);
  EXPECT_EQ(CheckChainPlace({}), Status::kHandlerMissing);
  EXPECT_EQ(CheckChainPlace({.words = nullptr, .executable = 0x800}), Status::kHandlerMissing);
  EXPECT_EQ(CheckChainPlace({.words = words, .executable = 0x400}), Status::kInvalidArgument);
  auto* const odd = reinterpret_cast<std::uint32_t*>(reinterpret_cast<std::uintptr_t>(words) + 2);
  EXPECT_EQ(CheckChainPlace({.words = odd, .executable = 0x800}), Status::kInvalidArgument);
}

TEST(ChainTable, TheHostsTableIsAVectorBaseWithinABranchsReach) {
  const ChainPlace place = {.words = words, .executable = 0x4000'0000};
  EXPECT_EQ(CheckChainReach(place, place.executable + kReach - 0x800), Status::kOk);
  EXPECT_EQ(CheckChainReach(place, place.executable - kReach), Status::kOk);
  EXPECT_EQ(CheckChainReach(place, place.executable + kReach), Status::kOutOfReach);
  EXPECT_EQ(CheckChainReach(place, place.executable - kReach - 0x800), Status::kOutOfReach);
  EXPECT_EQ(CheckChainReach(place, 0xffff'8000'4000'0000), Status::kOutOfReach);
  EXPECT_EQ(CheckChainReach(place, place.executable + 0x80), Status::kInvalidArgument);
}

// Across the ends of the address space the distance is still the one a branch sees.
TEST(ChainTable, DistancesWrapAsTheProgramCounterDoes) {
  const ChainPlace place = {.words = words, .executable = 0x1000};
  EXPECT_EQ(CheckChainReach(place, std::uint64_t{0} - 0x1000), Status::kOk);
}

}  // namespace
}  // namespace trivet::vectors
