// The random walk on the list registers of a GICv2.

#include <gtest/gtest.h>

#include <tuple>

#include "tests/vgic/walk.h"
#include "tests/vgic/walk_events.h"
#include "tests/vgic/walk_gic_v2.h"

namespace trivet::tests {
namespace {

class RandomWalkV2 : public ::testing::TestWithParam<std::tuple<unsigned, bool>> {};

TEST_P(RandomWalkV2, NoInterruptIsLostOrDoubledOrStaysActive) {
  const auto [list_registers, split_end] = GetParam();
  Walk<WalkGicV2> walk(percpu::HostKind::kNvhe, list_registers, split_end);
  ASSERT_TRUE(walk.ok());
  walk.Run(kWalkEvents, 0x9e37'79b9'7f4a'7c15 + list_registers);
  EXPECT_TRUE(walk.ok());
  EXPECT_GT(walk.acknowledged(), kWalkEvents / 20);
  EXPECT_LE(walk.maintenance(), 4 * walk.acknowledged());
}

INSTANTIATE_TEST_SUITE_P(Sizes, RandomWalkV2,
                         ::testing::Combine(::testing::Values(1u, 2u, 4u),
                                            ::testing::Values(false, true)));

TEST(GicV2, WithoutGichIsRefusedByName) {
  vgic::VirtualCpuInterface<vgic::GicV2Interface<>, 4> manager;
  EXPECT_EQ(manager.Create(), Status::kUnsupportedFeature);
  EXPECT_EQ(manager.last_error().part, vgic::Part::kInterface);
}

}  // namespace
}  // namespace trivet::tests
