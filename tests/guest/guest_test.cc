// A guest at EL1 makes every kind of exit; then the host is as it was. On every leg.

#include <gtest/gtest.h>

#include "tests/guest/life.h"
#include "tests/guest/life_expectations.h"

namespace trivet::tests {
namespace {

TEST(Guest, EveryKindOfExitThenTheHostIsAsItWas) {
  static Life life;
  LiveThrough(0, life);
  ExpectTheWholeLife(life);
}

TEST(Guest, TwoLivesInARowLeaveNothingBehind) {
  static Life first, second;
  LiveThrough(0, first);
  LiveThrough(0, second);
  ExpectTheWholeLife(second);
  EXPECT_TRUE(first.before == second.before);
}

}  // namespace
}  // namespace trivet::tests
