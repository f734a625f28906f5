// SPDX-License-Identifier: Apache-2.0 OR MIT
// Random steps of a guest, its host and its devices on real list registers and on the simulator's,
// against a GIC that has none. The machine's description decides which GIC an image uses.

#include "tests/vgic/walk.h"

#include <gtest/gtest.h>

#include <tuple>
#include <type_traits>

#include "tests/support/abilities.h"
#include "tests/vgic/walk_gic_v2.h"
#include "tests/vgic/walk_gic_v3.h"
#include "vgic/machine.h"

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
  const Machine machine(kind);
  EnablePhysical();
  const Status walked =
      vgic::WithInterface(ThisController(), [&]<class Interface>(const Interface& interface) {
        constexpr bool kV3 = Interface::kBySystemRegisters;
        using Gic = std::conditional_t<kV3, WalkGicV3, WalkGicV2>;
        ExpectNothingLost<Gic>(interface, list_registers, split_end);
        return Status::kOk;
      });
  EXPECT_EQ(walked, Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(Hosts, RandomWalk,
                         ::testing::Combine(::testing::Values(HostKind::kNvhe, HostKind::kVhe),
                                            ::testing::Values(1u, 2u, 4u),
                                            ::testing::Values(false, true)));

}  // namespace
}  // namespace trivet::tests
