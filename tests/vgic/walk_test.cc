// Random steps of a guest, its host and its devices on real list registers and on the simulator's,
// against a GIC that has none.

#include "tests/vgic/walk.h"

#include <gtest/gtest.h>

#include <tuple>

#include "tests/support/abilities.h"
#include "tests/vgic/walk_events.h"
#include "tests/vgic/walk_gic_v3.h"

namespace trivet::tests {
namespace {

using percpu::HostKind;

class RandomWalk : public ::testing::TestWithParam<std::tuple<HostKind, unsigned, bool>> {};

TEST_P(RandomWalk, NoInterruptIsLostOrDoubledOrStaysActive) {
  const auto [kind, list_registers, split_end] = GetParam();
  if (kind == HostKind::kVhe) {
    const Machine machine;
    if (!Has(Ability::kVhe)) GTEST_SKIP() << "this machine lacks vhe";
  }
  ExpectNothingLost<WalkGicV3>(kind, list_registers, split_end, 12);
}

INSTANTIATE_TEST_SUITE_P(Hosts, RandomWalk,
                         ::testing::Combine(::testing::Values(HostKind::kNvhe, HostKind::kVhe),
                                            ::testing::Values(1u, 2u, 4u),
                                            ::testing::Values(false, true)));

}  // namespace
}  // namespace trivet::tests
