// SPDX-License-Identifier: Apache-2.0 OR MIT
// A host that write-protects code before it runs makes the chain table first: enable then writes
// nothing.

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>

#include "vectors/chain_table.h"

namespace trivet::vectors {
namespace {

constexpr std::uint64_t kExecutable = 0x4040'0000;
constexpr std::uint64_t kHostBase = 0x4010'0000;

TEST(ProtectedChainTable, IsNotWrittenWhenItIsRightAlready) {
  void* const page =
      mmap(nullptr, kChainTableSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  const ChainPlace place = {.words = static_cast<std::uint32_t*>(page), .executable = kExecutable};
  MakeChainTable(place, kHostBase);
  const std::uint32_t first = place.words[0];
  ASSERT_EQ(mprotect(page, kChainTableSize, PROT_READ), 0);
  MakeChainTable(place, kHostBase);
  EXPECT_EQ(place.words[0], first);
  EXPECT_DEATH(MakeChainTable(place, kHostBase + kChainTableSize), "");
  ASSERT_EQ(munmap(page, kChainTableSize), 0);
}

}  // namespace
}  // namespace trivet::vectors
