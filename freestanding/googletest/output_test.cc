// SPDX-License-Identifier: Apache-2.0 OR MIT
// The freestanding library prints what GoogleTest prints, line by line, and ends with the same
// status.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <string>
#include <vector>

#include "freestanding/googletest/execute.h"

namespace trivet::tests {
namespace {

/// What differs by design: times, and what main prints.
std::vector<std::string> Normalized(const std::vector<std::string>& lines) {
  static const std::regex times(R"( \(\d+ ms( total)?\))");
  std::vector<std::string> normalized;
  for (const std::string& line : lines) {
    if (line.starts_with("Running main() from") || line.starts_with("TRIVET-IMAGE:")) continue;
    normalized.push_back(std::regex_replace(line, times, " (0 ms$1)"));
  }
  return normalized;
}

void ExpectSameOutput(const std::string& sample, int status, const std::string& variables = "") {
  const Execution theirs =
      Execute(variables + " freestanding/googletest/" + sample + "_googletest");
  const Execution ours = ExecuteSample(sample, variables);
  EXPECT_EQ(theirs.status, status);
  EXPECT_EQ(ours.status, status);
  const auto expected = Normalized(theirs.lines), got = Normalized(ours.lines);
  ASSERT_GT(expected.size(), 8u);
  for (std::size_t i = 0; i < std::min(got.size(), expected.size()); ++i) {
    ASSERT_EQ(got[i], expected[i]) << "line " << i;
  }
  EXPECT_EQ(got.size(), expected.size());
}

TEST(FreestandingGtest, PrintsPassingTestsLikeGoogleTest) { ExpectSameOutput("passing", 0); }
TEST(FreestandingGtest, PrintsFailuresLikeGoogleTest) { ExpectSameOutput("failing", 1); }

TEST(FreestandingGtest, SelectsTheTestsThatGoogleTestSelects) {
  if (*std::getenv("RUN") != '\0') GTEST_SKIP() << "an image has no environment variables";
  for (const std::string filter : {"*", "Plain.*", "*Numbered*", "-*Numbered*:Skips.*",
                                   "Few/*:Named/*-*/1:*Small*", "*.??????", "Plain.First"}) {
    SCOPED_TRACE(filter);
    ExpectSameOutput("passing", 0, "GTEST_FILTER='" + filter + "'");
  }
}

TEST(FreestandingGtest, FailsWhenNoTestIsLinkedIn) {
  const Execution run = ExecuteSample("empty");
  EXPECT_EQ(run.status, 1);
  const auto lines = Normalized(run.lines);
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back(), "gtest: no test is linked into this image");
}

}  // namespace
}  // namespace trivet::tests
