// SPDX-License-Identifier: Apache-2.0 OR MIT
// Which pending interrupt the CPU interface offers, against the definition, in random situations.

#include "sim/gic/gic_interface.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace trivet::sim {
namespace {

constexpr unsigned kIntids = GicInterface::kIntids;

/// The configuration of one interrupt.
struct Interrupt {
  bool pending = false, line = false, disabled = false;
  unsigned group = 1;
  std::uint8_t priority = GicInterface::kDefaultPriority;
};
using Situation = std::array<Interrupt, kIntids>;

constexpr GicInterface::Controls kOpen = {
    .priority_mask = 0xff, .group_enable = {true, true}, .split_end = false};

/// [gic] "Interrupt prioritization": the lowest value, and of equals the lowest INTID, as this
/// model has it.
std::uint32_t Expected(const Situation& all, unsigned group, std::uint8_t mask) {
  std::uint32_t best = GicInterface::kSpurious;
  for (unsigned intid = 0; intid < kIntids; ++intid) {
    const Interrupt& one = all[intid];
    if ((!one.pending && !one.line) || one.disabled || one.group != group) continue;
    if (one.priority >= mask) continue;
    if (best == GicInterface::kSpurious || one.priority < all[best].priority) best = intid;
  }
  return best;
}

void Configure(GicInterface& gic, unsigned intid, const Interrupt& one) {
  if (one.pending) gic.SetPending(intid);
  gic.SetLine(intid, one.line);
  gic.SetEnabled(intid, !one.disabled);
  gic.SetGroup(intid, one.group);
  gic.SetPriority(intid, one.priority);
}

TEST(GicInterface, OffersTheHighestPriorityThenTheLowestIntid) {
  std::mt19937 random(1);
  const auto one_in = [&random](unsigned n) { return random() % n == 0; };
  for (int round = 0; round < 200; ++round) {
    GicInterface gic;
    Situation all;
    const unsigned rarity = 1u << round % 10;  // From crowded to a lonely one.
    for (unsigned intid = 0; intid < kIntids; ++intid) {
      all[intid] = {.pending = one_in(rarity),
                    .line = one_in(4 * rarity),
                    .disabled = one_in(8),
                    .group = one_in(2) ? 0u : 1u,
                    .priority = static_cast<std::uint8_t>(random() % 8 * 32)};
      Configure(gic, intid, all[intid]);
    }
    for (const unsigned group : {0u, 1u}) {
      for (const std::uint8_t mask : {0x00, 0x20, 0x80, 0xff}) {
        GicInterface::Controls controls = kOpen;
        controls.priority_mask = mask;
        EXPECT_EQ(gic.HighestPending(group, controls), Expected(all, group, mask)) << round;
      }
    }
  }
}

TEST(GicInterface, EachIntidAloneIsFoundAcknowledgedAndEnded) {
  for (unsigned intid = 0; intid < kIntids; ++intid) {
    GicInterface gic;
    gic.SetPending(intid);
    EXPECT_FALSE(gic.Signals(0, kOpen));
    ASSERT_TRUE(gic.Signals(1, kOpen)) << intid;
    ASSERT_EQ(gic.Acknowledge(1, kOpen), intid);
    EXPECT_TRUE(gic.IsActive(intid));
    EXPECT_EQ(gic.HighestPending(1, kOpen), GicInterface::kSpurious);
    gic.End(intid);
    EXPECT_EQ(gic.RunningPriority(), GicInterface::kIdlePriority);
    EXPECT_TRUE(gic.IsActive(intid));
    gic.Deactivate(intid);
    EXPECT_FALSE(gic.IsActive(intid));
  }
}

}  // namespace
}  // namespace trivet::sim
