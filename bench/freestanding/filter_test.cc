#include "bench/freestanding/filter.h"

#include <gtest/gtest.h>

#include <random>
#include <regex>
#include <string>

namespace benchmark::internal {
namespace {

TEST(Filter, LeadingMinusSelectsTheRest) {
  EXPECT_FALSE(Filter("-able").Selects("percpu/enable"));
  EXPECT_TRUE(Filter("-able").Selects("percpu/audit"));
}

TEST(Filter, SaysWhatItDoesNotKnow) {
  for (const char* expression :
       {"(a)", "a{2}", "[a", "a\\", "*a", "a**", "^*", "a|*b", "[]", "a|[b"}) {
    EXPECT_FALSE(Filter(expression).valid()) << expression;
  }
  for (const char* expression :
       {"", ".", "a|b", "[a-z]+", "^limit/.*able$", "a\\.b", "[^/]*", "a?b*c+"}) {
    EXPECT_TRUE(Filter(expression).valid()) << expression;
  }
}

// 20,000 random expressions over a small alphabet against the standard library's.
TEST(Filter, AgreesWithStdRegex) {
  std::mt19937 random(1);
  const auto pick = [&random](const std::string& from) { return from[random() % from.size()]; };
  int compared = 0, matched = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string expression, text;
    for (unsigned i = 0, length = random() % 7; i < length; ++i) {
      expression += random() % 6 == 0 ? (random() % 2 ? "[ab]" : "[^a-b]")
                                      : std::string(1, pick("abc.*+?^$|"));
    }
    for (unsigned i = 0, length = random() % 6; i < length; ++i) text += pick("abcd");
    const Filter filter(expression);
    // A caret or dollar inside an expression is a literal here and an assertion there.
    const bool inner_anchor =
        expression.find('^', 1) != expression.npos ||
        expression.find('$') < expression.size() - (expression.ends_with('$'));
    if (!filter.valid() || inner_anchor) continue;
    const bool expected = std::regex_search(text, std::regex(expression));
    ASSERT_EQ(filter.Selects(text), expected) << "'" << expression << "' on '" << text << "'";
    ++compared;
    matched += expected;
  }
  EXPECT_GT(compared, 2000);
  EXPECT_GT(matched, 500);
}

}  // namespace
}  // namespace benchmark::internal
