// A guest at EL1 makes every kind of exit; then the host is as it was. On every leg.

#include <gtest/gtest.h>

#include "tests/guest/life.h"
#include "tests/guest/life_expectations.h"

namespace trivet::tests {
namespace {

using percpu::HostKind;

class Guest : public ::testing::TestWithParam<HostKind> {};

TEST_P(Guest, EveryKindOfExitThenTheHostIsAsItWas) {
  static Life life;
  life = {};
  LiveThrough(0, GetParam(), life);
  ExpectTheWholeLife(GetParam(), life);
}

TEST_P(Guest, TwoLivesInARowLeaveNothingBehind) {
  static Life first, second;
  first = second = {};
  LiveThrough(0, GetParam(), first);
  LiveThrough(0, GetParam(), second);
  ExpectTheWholeLife(GetParam(), second);
  EXPECT_TRUE(first.before == second.before);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, Guest,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
