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
    bool inner_anchor = false;  // A literal here, an assertion there.
    const unsigned length = random() % 7;
    for (unsigned i = 0; i < length; ++i) {
      const char c = pick("abc.*+?^$|PN");
      inner_anchor = inner_anchor || (c == '^' && i > 0) || (c == '$' && i + 1 < length);
      expression += c == 'P' ? "[ab]" : c == 'N' ? "[^a-b]" : std::string(1, c);
    }
    for (unsigned i = 0, end = random() % 6; i < end; ++i) text += pick("abcd");
    const Filter filter(expression);
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
