// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every feature, nothing fails. Run with GoogleTest and with the freestanding library; the outputs
// are compared by output_test.

#include <gtest/gtest.h>

#include <array>
#include <tuple>

namespace {

TEST(Plain, First) { EXPECT_EQ(1 + 1, 2); }
TEST(Plain, Second) {
  EXPECT_TRUE(true) << "not printed";
  EXPECT_FALSE(false);
  EXPECT_NE(1, 2);
  EXPECT_LT(1, 2);
  EXPECT_LE(2, 2);
  EXPECT_GT(2, 1);
  EXPECT_GE(2, 2);
  EXPECT_STREQ("a", "a");
  EXPECT_STRNE("a", nullptr);
  SUCCEED() << "not printed";
}
TEST(Other, Single) { ASSERT_EQ(nullptr, static_cast<int*>(nullptr)); }
TEST(Plain, ThirdDefinedAfterAnotherSuite) { ASSERT_NO_FATAL_FAILURE(SUCCEED()); }

class Fixture : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { shared = 40; }
  static void TearDownTestSuite() { shared = 0; }
  void SetUp() override { value = 2; }
  ~Fixture() override { --shared; }
  static inline int shared = 0;
  int value = 0;
};
TEST_F(Fixture, SetUpRan) { EXPECT_EQ(value + shared, 42); }
TEST_F(Fixture, DestructorRan) { EXPECT_EQ(shared, 39); }

class Numbered : public ::testing::TestWithParam<int> {};
TEST_P(Numbered, IsSmall) { EXPECT_LT(GetParam(), 100); }
TEST_P(Numbered, IsNotNegative) { EXPECT_GE(GetParam(), 0); }
INSTANTIATE_TEST_SUITE_P(Few, Numbered, ::testing::Values(1, 2u, 3l));
INSTANTIATE_TEST_SUITE_P(Many, Numbered, ::testing::Range(0, 20, 5));
constexpr int kTable[] = {7, 8};
INSTANTIATE_TEST_SUITE_P(Table, Numbered, ::testing::ValuesIn(kTable));
INSTANTIATE_TEST_SUITE_P(, Numbered, ::testing::ValuesIn(std::array{9}));
INSTANTIATE_TEST_SUITE_P(Named, Numbered, ::testing::Values(11, 12),
                         ::testing::PrintToStringParamName());

using Pair = std::tuple<bool, char>;
class Combined : public ::testing::TestWithParam<Pair> {};
TEST_P(Combined, LastVariesFastest) {
  static int calls = 0;
  EXPECT_EQ(std::get<1>(GetParam()), "xyz"[calls++ % 3]);
}
INSTANTIATE_TEST_SUITE_P(All, Combined,
                         ::testing::Combine(::testing::Bool(), ::testing::Values('x', 'y', 'z')));

TEST(Plain, DISABLED_NotRun) { FAIL(); }
TEST(DISABLED_Suite, NotRun) { FAIL(); }

TEST(Skips, InBody) { GTEST_SKIP() << "no such hardware"; }
TEST(Skips, Silently) { GTEST_SKIP(); }

class Unused : public ::testing::TestWithParam<int> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Unused);
TEST_P(Unused, NeverRuns) { FAIL(); }

}  // namespace
