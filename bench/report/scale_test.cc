// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/report/scale.h"

#include <gtest/gtest.h>

#include <vector>

namespace trivet::bench::report {
namespace {

TEST(Shown, HasThreeDigitsOrMore) {
  EXPECT_EQ(Shown(0), "0");
  EXPECT_EQ(Shown(12), "12");
  EXPECT_EQ(Shown(0.5), "0.50");
  EXPECT_EQ(Shown(12.34), "12.3");
  EXPECT_EQ(Shown(123.4), "123");
  EXPECT_EQ(Shown(-20), "-20");
  EXPECT_EQ(Shown(-0.0), "0");
  EXPECT_EQ(Shown(1234567), "1\u202f234\u202f567");
  EXPECT_EQ(Shown(-1234), "-1\u202f234");
  EXPECT_EQ(Shown(123), "123");
}

TEST(Scale, LinearEndsAreRoundNumbersAroundTheValues) {
  EXPECT_EQ(Scale::Linear(0, 270, 0, 100).ticks(),
            (std::vector<double>{0, 50, 100, 150, 200, 250, 300}));
  EXPECT_EQ(Scale::Linear(0, 41, 0, 100).ticks(), (std::vector<double>{0, 10, 20, 30, 40, 50}));
  EXPECT_EQ(Scale::Linear(-20, 15.8, 0, 100).ticks(),
            (std::vector<double>{-20, -15, -10, -5, 0, 5, 10, 15, 20}));
  EXPECT_EQ(Scale::Linear(0, 2, 0, 100).ticks(), (std::vector<double>{0, 0.5, 1, 1.5, 2}));
  // Nothing but zeros still has an axis.
  EXPECT_EQ(Scale::Linear(0, 0, 0, 100).highest(), 1);
}

TEST(Scale, LogarithmicEndsAreRoundNumbersAroundTheValues) {
  EXPECT_EQ(Scale::Log(1, 4, 0, 100).ticks(), (std::vector<double>{1, 2, 5}));
  EXPECT_EQ(Scale::Log(22, 343, 0, 100).ticks(), (std::vector<double>{20, 50, 100, 200, 500}));
  const Scale wide = Scale::Log(0.55, 1404, 0, 100);
  EXPECT_EQ(wide.ticks(), (std::vector<double>{0.5, 1, 10, 100, 1000, 2000}));
  EXPECT_EQ(Scale::Log(7, 7, 0, 100).ticks(), (std::vector<double>{5, 10}));
  EXPECT_EQ(Scale::Log(1, 1, 0, 100).ticks(), (std::vector<double>{1, 2}));
  EXPECT_EQ(Scale::Log(0.001, 0.002, 0, 100).lowest(), 0.001);
}

TEST(Scale, MapsItsEndsToTheGivenPixels) {
  const Scale linear = Scale::Linear(0, 300, 100, 700);
  EXPECT_DOUBLE_EQ(linear.At(0), 100);
  EXPECT_DOUBLE_EQ(linear.At(150), 400);
  EXPECT_DOUBLE_EQ(linear.At(300), 700);
  const Scale upwards = Scale::Log(10, 1000, 280, 20);
  EXPECT_DOUBLE_EQ(upwards.At(10), 280);
  EXPECT_DOUBLE_EQ(upwards.At(100), 150);
  EXPECT_DOUBLE_EQ(upwards.At(1000), 20);
}

}  // namespace
}  // namespace trivet::bench::report
