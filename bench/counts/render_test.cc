// SPDX-License-Identifier: Apache-2.0 OR MIT
// The table of counts as text.

#include <gtest/gtest.h>

#include "bench/counts/expected_counts.h"

namespace trivet::bench {
namespace {

TEST(RenderCounts, NamesModelsOnlyWhereTheyDiffer) {
  const std::string table = RenderCounts(
      "c", {{"a", {{"x/y", "3"}, {"x/z", "4"}}}, {"b", {{"x/y", "3"}, {"x/z", "-"}}}}, {});
  EXPECT_NE(table.find("\nx/y                                3\n"), std::string::npos) << table;
  EXPECT_NE(table.find("\nx/z                                -      b\n"), std::string::npos);
  EXPECT_NE(table.find("\nx/z                                4      a\n"), std::string::npos);
}

TEST(RenderCounts, SaysWhenAModelLacksARow) {
  const std::string table =
      RenderCounts("c", {{"a", {{"x/y", "3"}}}, {"b", {}}}, {{"x/y", "1/2/0"}});
  EXPECT_NE(table.find("missing b\n"), std::string::npos) << table;
  EXPECT_NE(table.find("\nx/y                                1/2/0\n"), std::string::npos) << table;
}

TEST(Difference, IsEmptyForTheSameTextAndNamesEveryOtherLine) {
  EXPECT_EQ(Difference("a 1\nb 2\n", "a 1\nb 2\n"), "");
  EXPECT_EQ(Difference("a 1\nb 2\n", "a 1\nb 3\n"), "- b 2\n+ b 3\n");
  EXPECT_EQ(Difference("", "a 1\n"), "+ a 1\n");
}

}  // namespace
}  // namespace trivet::bench
