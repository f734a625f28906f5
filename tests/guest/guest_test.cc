// A guest at EL1 makes every kind of exit; then the host is as it was. On every environment.

#include <gtest/gtest.h>

#include <tuple>

#include "tests/guest/life.h"
#include "tests/guest/life_expectations.h"

namespace trivet::tests {
namespace {

using percpu::HostKind;

class Guest : public ::testing::TestWithParam<std::tuple<HostKind, Service>> {
 protected:
  static HostKind kind() { return std::get<0>(GetParam()); }
  static Service service() { return std::get<1>(GetParam()); }
};

TEST_P(Guest, EveryKindOfExitThenTheHostIsAsItWas) {
  static Life life;
  life = {};
  LiveThrough(0, kind(), service(), life);
  ExpectTheWholeLife(kind(), service(), life);
}

TEST_P(Guest, TwoLivesInARowLeaveNothingBehind) {
  static Life first, second;
  first = second = {};
  LiveThrough(0, kind(), service(), first);
  LiveThrough(0, kind(), service(), second);
  ExpectTheWholeLife(kind(), service(), second);
  EXPECT_TRUE(first.before == second.before);
}

INSTANTIATE_TEST_SUITE_P(
    HostKinds, Guest,
    ::testing::Combine(::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe),
                       ::testing::Values(Service::kCallback, Service::kPassThrough)));

}  // namespace
}  // namespace trivet::tests
