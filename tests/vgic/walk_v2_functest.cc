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
  ExpectNothingLost<WalkGicV2>(percpu::HostKind::kNvhe, list_registers, split_end, 6);
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
