// SPDX-License-Identifier: Apache-2.0 OR MIT
// What the freestanding library does beyond GoogleTest's output: run on the host by the library
// itself.

#include <gtest/gtest.h>

#include <cstdint>
#include <expected>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using ::testing::PrintToString;

TEST(Printer, ShowsExpectedValues) {
  using Result = std::expected<int, char>;
  EXPECT_EQ(PrintToString(Result(7)).view(), "(7)"sv);
  EXPECT_EQ(PrintToString(Result(std::unexpect, 'e')).view(), "(unexpected 'e' (101, 0x65))"sv);
  EXPECT_EQ(PrintToString(std::expected<void, int>()).view(), "(void)"sv);
}

TEST(Printer, ShowsArraysByTheirEndsWhenLong) {
  const int few[] = {1, 2};
  EXPECT_EQ(PrintToString(few).view(), "{ 1, 2 }"sv);
  const std::uint16_t many[19] = {};
  EXPECT_EQ(PrintToString(many).view(),
            "{ 0, 0, 0, 0, 0, 0, 0, 0, ..., 0, 0, 0, 0, 0, 0, 0, 0 }"sv);
  const char open[] = {'a', 'b'};
  EXPECT_EQ(PrintToString(open).view(), "\"ab\" (no terminating NUL)"sv);
}

TEST(Printer, ShowsExtremeIntegers) {
  EXPECT_EQ(PrintToString(INT64_MIN).view(), "-9223372036854775808"sv);
  EXPECT_EQ(PrintToString(UINT64_MAX).view(), "18446744073709551615"sv);
  EXPECT_EQ(PrintToString(0).view(), "0"sv);
}

TEST(Text, MarksWhatItCut) {
  ::testing::internal::Text<8> text;
  text << "12345678";
  EXPECT_EQ(text.view(), "12345678"sv);
  text << 'x';
  EXPECT_EQ(text.view(), "12345..."sv);
  text << "more";
  EXPECT_EQ(text.view(), "12345..."sv);
}

TEST(Assertions, EvaluateTheirOperandsOnce) {
  int count = 0;
  EXPECT_EQ(++count, 1);
  EXPECT_TRUE(++count == 2);
  EXPECT_LT(++count, 4);
  EXPECT_EQ(count, 3);
}

TEST(Assertions, DoNotEvaluateTheMessageWhenTheyPass) {
  int count = 0;
  EXPECT_EQ(1, 1) << ++count;
  EXPECT_EQ(count, 0);
}

struct alignas(4096) Page {
  char bytes[64 * 1024];
};
class LargeFixture : public ::testing::Test {
 protected:
  Page page;
};
TEST_F(LargeFixture, IsNotOnTheStack) {
  const char here = 0;
  const auto above =
      reinterpret_cast<std::uintptr_t>(&page) - reinterpret_cast<std::uintptr_t>(&here);
  EXPECT_GT(above, 8192u) << "a fixture on the stack would start just above this frame";
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&page) % 4096, 0u);
}

TEST(Properties, ArePrinted) { RecordProperty("instructions", 10); }

}  // namespace
