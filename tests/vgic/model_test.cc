// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every state that the manager can reach on the simulator, and every step in it, against a GIC that
// has no list registers.

#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "tests/vgic/explorer.h"

namespace trivet::vgic {
namespace {

template <std::size_t kSources>
void Explore(const char* what, const std::array<Source, kSources>& sources, const Setup& setup) {
  const Exploration result = Explorer<kSources>(sources, setup).Run();
  EXPECT_EQ(result.failure, "");
  std::printf("%s, %u list registers: %llu states, %llu steps, %.1f s, at most %u maintenance\n",
              what, setup.list_registers, static_cast<unsigned long long>(result.states),
              static_cast<unsigned long long>(result.steps), result.seconds,
              result.most_maintenance);
}

// Each kind, in both groups, with priorities alike and different.
constexpr std::array<Source, 3> kThree = {
    {{32, Kind::kEdge, 0x80}, {33, Kind::kLevel, 0x40}, {34, Kind::kHardware, 0x60}}};
constexpr std::array<Source, 4> kFour = {{{1, Kind::kEdge, 0x80, 0},
                                          {33, Kind::kLevel, 0x40, 0},
                                          {34, Kind::kHardware, 0x60},
                                          {35, Kind::kLevel, 0x60}}};
// A PPI of the CPU that the guest is on.
constexpr std::array<Source, 3> kWithPpi = {
    {{32, Kind::kEdge, 0x80}, {33, Kind::kLevel, 0x40}, {27, Kind::kHardware, 0x60}}};
#ifdef TRIVET_EXHAUSTIVE
constexpr std::array<Source, 5> kFive = {{{1, Kind::kEdge, 0x80},
                                          {33, Kind::kLevel, 0x40},
                                          {34, Kind::kHardware, 0x60},
                                          {35, Kind::kEdge, 0x20},
                                          {36, Kind::kHardware, 0x90}}};
constexpr std::array<Source, 6> kSix = {{{1, Kind::kEdge, 0x80},
                                         {33, Kind::kLevel, 0x40},
                                         {34, Kind::kHardware, 0x60},
                                         {35, Kind::kEdge, 0x20},
                                         {36, Kind::kHardware, 0x90},
                                         {37, Kind::kLevel, 0xa0}}};
#endif

TEST(Model, Ends) {
  for (const unsigned list_registers : {1u, 2u, 4u}) {
    Explore("three kinds", kThree, {.list_registers = list_registers});
    Explore("four", kFour, {.list_registers = list_registers});
  }
}
TEST(Model, SplitEnds) {
  for (const unsigned list_registers : {1u, 2u}) {
    Explore("three kinds, EOImode", kThree, {.list_registers = list_registers, .split_end = true});
    Explore("four, EOImode", kFour, {.list_registers = list_registers, .split_end = true});
  }
}
TEST(Model, GroupsComeAndGo) {
  Explore("three, groups", kThree, {.list_registers = 1, .toggles_groups = true});
  Explore("four, groups", kFour, {.list_registers = 2, .toggles_groups = true});
  Explore("four, groups, EOImode", kFour,
          {.list_registers = 1, .split_end = true, .toggles_groups = true});
}
TEST(Model, LateMaintenance) {
  for (const bool split_end : {false, true}) {
    for (const unsigned list_registers : {1u, 2u}) {
      Explore("three kinds, late", kThree,
              {.list_registers = list_registers, .split_end = split_end, .lazy = true});
      Explore("four, late", kFour,
              {.list_registers = list_registers, .split_end = split_end, .lazy = true});
    }
  }
}
TEST(Model, PpisStayWithTheirCpu) {
  for (const bool split_end : {false, true}) {
    for (const unsigned list_registers : {1u, 2u, 4u}) {
      Explore("with a PPI", kWithPpi, {.list_registers = list_registers, .split_end = split_end});
    }
  }
  Explore("with a PPI, late", kWithPpi, {.list_registers = 2, .lazy = true});
}
TEST(Model, PostsAreTakenAtAnyTime) {
  for (const unsigned list_registers : {1u, 2u}) {
    Explore("three, posts", kThree, {.list_registers = list_registers, .posts = true});
  }
  Explore("three, posts, EOImode", kThree, {.list_registers = 2, .split_end = true, .posts = true});
}
#ifdef TRIVET_EXHAUSTIVE
TEST(Model, FiveAndSix) {
  for (const unsigned list_registers : {1u, 2u, 3u, 4u}) {
    Explore("five", kFive, {.list_registers = list_registers});
  }
  Explore("six", kSix, {.list_registers = 4});
  Explore("five, late", kFive, {.list_registers = 2, .lazy = true});
  Explore("five, EOImode", kFive, {.list_registers = 2, .split_end = true});
}
#endif

}  // namespace
}  // namespace trivet::vgic
