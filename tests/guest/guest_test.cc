// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest at EL1 makes every kind of exit; then the host is as it was. On every environment.

#include <gtest/gtest.h>

#include <tuple>

#include "tests/guest/guest_scenario.h"
#include "tests/guest/scenario_expectations.h"

namespace trivet::tests {
namespace {

using percpu::HostKind;

class Guest : public ::testing::TestWithParam<std::tuple<HostKind, HostInterface>> {
 protected:
  static HostKind kind() { return std::get<0>(GetParam()); }
  static HostInterface host_interface() { return std::get<1>(GetParam()); }
};

TEST_P(Guest, EveryKindOfExitThenTheHostIsAsItWas) {
  static ScenarioResult result;
  result = {};
  RunScenario(0, kind(), host_interface(), result);
  ExpectScenario(kind(), host_interface(), result);
}

TEST_P(Guest, TwoLivesInARowLeaveNothingBehind) {
  static ScenarioResult first, second;
  first = second = {};
  RunScenario(0, kind(), host_interface(), first);
  RunScenario(0, kind(), host_interface(), second);
  ExpectScenario(kind(), host_interface(), second);
  EXPECT_TRUE(first.before == second.before);
}

INSTANTIATE_TEST_SUITE_P(
    HostKinds, Guest,
    ::testing::Combine(::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe),
                       ::testing::Values(HostInterface::kCallback, HostInterface::kPassThrough)));

}  // namespace
}  // namespace trivet::tests
