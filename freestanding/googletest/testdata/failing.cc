// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every way to fail. Run with GoogleTest and with the freestanding library; the outputs are
// compared by output_test.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

namespace {

using namespace std::string_view_literals;

enum Plain { kRed = 1, kGreen = 2 };
enum class Scoped : std::uint16_t { kFirst = 1, kSecond = 0x1234 };
struct Opaque {
  std::uint32_t raw;
  friend bool operator==(const Opaque&, const Opaque&) = default;
};
struct Streamable {
  int x;
  friend bool operator==(const Streamable&, const Streamable&) = default;
};
template <class Stream>
auto operator<<(Stream& stream, const Streamable& value) -> decltype(stream << "x", void()) {
  stream << "Streamable " << value.x;
}
#define NAMED_CONSTANT 0x30

TEST(Values, Integers) {
  int one = 1;
  unsigned long long big = ~0ull;
  EXPECT_EQ(one, 2);
  EXPECT_EQ(one, 2) << "with a message " << 42 << ' ' << true << " and " << one;
  EXPECT_NE(one, 1);
  EXPECT_LT(one, -5);
  EXPECT_LE(one, 0);
  EXPECT_GT(one, 1);
  EXPECT_GE(one, 7);
  EXPECT_EQ(big, NAMED_CONSTANT);
  EXPECT_EQ(INT64_MIN, 5);
  EXPECT_EQ(std::uint8_t{65}, std::uint8_t{200});
  EXPECT_EQ(std::int8_t{-65}, std::int8_t{9});
}
TEST(Values, Characters) {
  EXPECT_EQ('a', 'b');
  EXPECT_NE('\n', '\n');
  EXPECT_EQ('\0', '\x7f');
  EXPECT_EQ('\'', '\\');
  EXPECT_EQ(u'A', u'\x263a');
}
TEST(Values, Booleans) {
  bool yes = true;
  EXPECT_TRUE(!yes);
  EXPECT_FALSE(yes) << "explained";
  EXPECT_EQ(yes, false);
}
TEST(Values, Pointers) {
  int* null = nullptr;
  int* low = reinterpret_cast<int*>(0x1000);
  void (*function)() = reinterpret_cast<void (*)()>(0x2000);
  EXPECT_EQ(null, low);
  EXPECT_NE(null, nullptr);
  EXPECT_EQ(function, nullptr);
  EXPECT_TRUE(null != nullptr) << null << low;
}
TEST(Values, Strings) {
  const char* hello = "hello";
  const char* null = nullptr;
  EXPECT_STREQ(hello, "world");
  EXPECT_STREQ(hello, nullptr);
  EXPECT_STRNE(hello, "hello");
  EXPECT_EQ("a\"b\x01g\x02"sv, "'\\"sv);
  EXPECT_EQ(""sv, "x\xffy"sv) << null;
}
TEST(Values, Enumerations) {
  EXPECT_EQ(kRed, kGreen);
  EXPECT_EQ(Scoped::kFirst, Scoped::kSecond);
}
TEST(Values, Objects) {
  EXPECT_EQ(Opaque{0x01020304}, Opaque{5});
  EXPECT_EQ(Streamable{1}, Streamable{2}) << Streamable{3};
  std::array<std::uint64_t, 20> large = {};
  struct Large {
    std::array<std::uint64_t, 20> words;
    bool operator==(const Large&) const { return false; }
  };
  EXPECT_EQ(Large{large}, Large{large});
}
TEST(Values, Compound) {
  EXPECT_EQ(std::optional(3), std::nullopt);
  EXPECT_EQ(std::optional<char>(), std::optional('c'));
  EXPECT_EQ(std::pair(1, 'x'), std::pair(2, 'y'));
  EXPECT_EQ(std::tuple(1, true, "z"sv), std::tuple(1, false, "z"sv));
  EXPECT_EQ((std::array{1, 2}), (std::array{1, 3}));
  std::array<int, 40> many = {};
  EXPECT_NE(many, many);
  EXPECT_EQ((std::array<int, 0>()), (std::array<int, 0>())) << "equal";
  EXPECT_EQ(std::optional(std::tuple<>()), std::nullopt);
}

::testing::AssertionResult IsEven(int n) {
  if (n % 2 == 0) return ::testing::AssertionSuccess() << n << " is even";
  return ::testing::AssertionFailure() << n << " is odd";
}
TEST(Results, ExplainThemselves) {
  EXPECT_TRUE(IsEven(3)) << "user";
  EXPECT_FALSE(IsEven(4));
  EXPECT_TRUE(!IsEven(4));
}

void Fatal() { ASSERT_EQ(1, 2) << "fatal in a function"; }
TEST(Flow, FatalEndsTheTest) {
  Fatal();
  EXPECT_TRUE(HasFatalFailure());
  if (HasFailure()) FAIL() << "given up";
  ADD_FAILURE() << "not reached";
}
TEST(Flow, NonFatalContinues) {
  ADD_FAILURE() << "first";
  ADD_FAILURE();
  ADD_FAILURE_AT("elsewhere.cc", 12) << "third";
  EXPECT_FALSE(HasFatalFailure());
  FAIL();
}
TEST(Flow, NoFatalFailure) {
  EXPECT_NO_FATAL_FAILURE(Fatal()) << "noticed";
  ASSERT_NO_FATAL_FAILURE(Fatal());
  ADD_FAILURE() << "not reached";
}
TEST(Flow, Dangling) {
  if (HasFailure())
    EXPECT_TRUE(false) << "not reached";
  else
    EXPECT_TRUE(false) << "reached";
}
TEST(Flow, SkipAfterFailureFails) {
  ADD_FAILURE();
  GTEST_SKIP() << "too late";
}
TEST(Flow, Traces) {
  SCOPED_TRACE("outer");
  for (int i = 0; i < 2; ++i) {
    SCOPED_TRACE(::testing::Message() << "i = " << i);
    EXPECT_EQ(i, 7) << "message";
  }
  SCOPED_TRACE(5);
  FAIL();
}

class SetUpFails : public ::testing::Test {
 protected:
  void SetUp() override { FAIL() << "in SetUp"; }
  void TearDown() override { ADD_FAILURE() << "in TearDown"; }
};
TEST_F(SetUpFails, BodyDoesNotRun) { ADD_FAILURE() << "not reached"; }

class SuiteSetUpFails : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { FAIL() << "in SetUpTestSuite"; }
};
TEST_F(SuiteSetUpFails, Skipped) { ADD_FAILURE() << "not reached"; }

class SuiteSetUpSkips : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { GTEST_SKIP() << "not here"; }
};
TEST_F(SuiteSetUpSkips, Skipped) { ADD_FAILURE() << "not reached"; }

class Parameterized : public ::testing::TestWithParam<std::tuple<int, const char*>> {};
TEST_P(Parameterized, Fails) { EXPECT_EQ(std::get<0>(GetParam()), 1); }
INSTANTIATE_TEST_SUITE_P(Some, Parameterized,
                         ::testing::Values(std::tuple(1, nullptr), std::tuple(2, nullptr)));
class ByName : public ::testing::TestWithParam<const char*> {};
TEST_P(ByName, Fails) { EXPECT_STREQ(GetParam(), "x"); }
INSTANTIATE_TEST_SUITE_P(Text, ByName, ::testing::Values("x", "y"));

class NeverInstantiated : public ::testing::TestWithParam<int> {};
TEST_P(NeverInstantiated, Test) {}
class WithoutTests : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Lonely, WithoutTests, ::testing::Values(1));

TEST(DISABLED_Suite, One) {}
TEST(Flow, DISABLED_Two) {}

}  // namespace
