// SPDX-License-Identifier: Apache-2.0 OR MIT
// Where a GICv3's redistributors are: regions and strides, with GICR_TYPER from a map.

#include "platforms/devices/redistributors.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace trivet::platforms {
namespace {

using Typers = std::map<std::uintptr_t, std::uint64_t>;

/// GICR_TYPER of the redistributor of the CPU with Aff3.Aff2.Aff1.Aff0.
constexpr std::uint64_t Typer(std::uint64_t affinity, std::uint64_t bits = 0) {
  return affinity << 32 | bits;
}
constexpr std::uint64_t kLast = 1 << 4, kVirtualLpis = 1 << 1;

/// Finds the CPU; a read where there is no redistributor is a failure.
std::optional<std::uintptr_t> Find(const Redistributors& redistributors, const Typers& typers,
                                   std::uint64_t affinity) {
  return redistributors.Find(affinity, [&](std::uintptr_t at) {
    const auto found = typers.find(at);
    if (found == typers.end()) ADD_FAILURE() << "read outside: " << std::hex << at;
    return found == typers.end() ? kLast : found->second;
  });
}

Redistributors In(const std::vector<Redistributors::Region>& regions, std::uint64_t stride = 0) {
  Redistributors redistributors{.regions = {}, .stride = stride};
  for (const auto& region : regions) EXPECT_TRUE(redistributors.regions.Add(region));
  return redistributors;
}

TEST(Redistributors, FollowEachOtherByTheSizeOfTheirFrames) {
  const Typers typers = {
      {0x100'0000, Typer(0)}, {0x102'0000, Typer(1, kVirtualLpis)}, {0x106'0000, Typer(2, kLast)}};
  const auto all = In({{0x100'0000, 0x8'0000}});
  EXPECT_EQ(Find(all, typers, 0), 0x100'0000u);
  EXPECT_EQ(Find(all, typers, 1), 0x102'0000u);
  EXPECT_EQ(Find(all, typers, 2), 0x106'0000u);
  EXPECT_EQ(Find(all, typers, 3), std::nullopt);
}

TEST(Redistributors, AreSearchedInEveryRegion) {
  const Typers typers = {{0x100'0000, Typer(0x000)},
                         {0x102'0000, Typer(0x100, kLast)},
                         {0x900'0000, Typer(0x200)},
                         {0x902'0000, Typer(0x300, kLast)}};
  const auto all = In({{0x100'0000, 0x4'0000}, {0x900'0000, 0x4'0000}});
  EXPECT_EQ(Find(all, typers, 0x100), 0x102'0000u);
  EXPECT_EQ(Find(all, typers, 0x200), 0x900'0000u);
  EXPECT_EQ(Find(all, typers, 0x300), 0x902'0000u);
}

TEST(Redistributors, FollowEachOtherByTheStride) {
  const Typers typers = {{0x100'0000, Typer(0x000)}, {0x104'0000, Typer(0x001, kLast)}};
  EXPECT_EQ(Find(In({{0x100'0000, 0x8'0000}}, 0x4'0000), typers, 1), 0x104'0000u);
}

// A region that ends without a redistributor that says Last, as two regions of one series do.
TEST(Redistributors, AreNotReadBehindTheEndOfARegion) {
  const Typers typers = {{0x100'0000, Typer(0)}, {0x200'0000, Typer(1)}};
  EXPECT_EQ(Find(In({{0x100'0000, 0x2'0000}, {0x200'0000, 0x3'ffff}}), typers, 1), 0x200'0000u);
  EXPECT_EQ(Find(In({{0x100'0000, 0x2'0000}, {0x200'0000, 0x3'ffff}}), typers, 2), std::nullopt);
  EXPECT_EQ(Find(In({{0x100'0000, 0x3'0000}}, 0xffff'ffff'ffff'0000), typers, 1), std::nullopt);
  EXPECT_EQ(Find(In({{0x300'0000, 0x1'ffff}}), typers, 0), std::nullopt);
}

// Affinity fields are not adjacent in MPIDR_EL1, and are in GICR_TYPER.
TEST(Redistributors, AreFoundByAllFourAffinityFields) {
  const Typers typers = {{0x100'0000, Typer(0x0302'0100)}, {0x102'0000, Typer(0x0402'0100, kLast)}};
  EXPECT_EQ(Find(In({{0x100'0000, 0x4'0000}}), typers, 0x04'0002'0100), 0x102'0000u);
}

}  // namespace
}  // namespace trivet::platforms
