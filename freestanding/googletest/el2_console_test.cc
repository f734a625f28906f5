// SPDX-License-Identifier: Apache-2.0 OR MIT
// What only an image at EL2 shows: its last line, failures on several CPUs, and an unexpected
// exception.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "freestanding/googletest/execute.h"

namespace trivet::tests {
namespace {

/// The last two lines of a sample.
std::vector<std::string> EndOf(const std::string& sample) {
  const auto lines = ExecuteSample(sample).lines;
  return {lines.end() - 2, lines.end()};
}

TEST(El2Console, EndsWithTheVerdictAndTheStatus) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(EndOf("passing"), (Lines{"TRIVET-IMAGE: PASS", "TRIVET-IMAGE: STATUS 0"}));
  EXPECT_EQ(EndOf("failing"), (Lines{"TRIVET-IMAGE: FAIL", "TRIVET-IMAGE: STATUS 1"}));
  EXPECT_EQ(EndOf("empty"), (Lines{"TRIVET-IMAGE: FAIL", "TRIVET-IMAGE: STATUS 1"}));
  EXPECT_EQ(EndOf("exception")[1], "TRIVET-IMAGE: STATUS 101");
}

bool Contains(const Execution& run, const std::string& line) {
  return std::ranges::any_of(run.lines, [&](const std::string& l) { return l.starts_with(line); });
}

// Three CPUs fail 25 times each at the same time; each failure stays in one piece and names its own
// CPU.
TEST(El2Console, KeepsFailuresOfSeveralCpusApart) {
  const Execution run = ExecuteSample("other_cpus");
  EXPECT_EQ(run.status, 1);
  EXPECT_TRUE(Contains(run, "[  FAILED  ] OtherCpus.FailTheTest"));
  EXPECT_TRUE(Contains(run, "[       OK ] OtherCpus.DoNotFailTheNextTest"));

  std::map<std::string, int> failures;
  for (std::size_t i = 0; i < run.lines.size(); ++i) {
    if (!run.lines[i].ends_with(": Failure")) continue;
    ASSERT_LT(i + 8, run.lines.size());
    const std::string cpu = run.lines[i + 3].substr(std::string("    Which is: ").size());
    EXPECT_EQ(run.lines[i + 1], "Expected equality of these values:");
    EXPECT_EQ(run.lines[i + 2], "  cpu");
    EXPECT_EQ(run.lines[i + 4], "  1000u");
    EXPECT_EQ(run.lines[i + 5], "    Which is: 1000");
    EXPECT_EQ(run.lines[i + 6], "on CPU " + cpu);
    EXPECT_EQ(run.lines[i + 7], "Google Test trace:");
    EXPECT_TRUE(run.lines[i + 8].ends_with(": " + cpu)) << run.lines[i + 8];
    ++failures[cpu];
  }
  EXPECT_EQ(failures, (std::map<std::string, int>{{"1", 25}, {"2", 25}, {"3", 25}}));
}

TEST(El2Console, ShowsTheTestThatTookAnUnexpectedException) {
  const Execution run = ExecuteSample("exception");
  EXPECT_EQ(run.status, 101);
  EXPECT_TRUE(Contains(run, "[ RUN      ] Unexpected.Exception"));
  EXPECT_FALSE(Contains(run, "[ RUN      ] Unexpected.NeverRuns"));
  EXPECT_FALSE(Contains(run, "TRIVET-IMAGE: PASS"));
}

}  // namespace
}  // namespace trivet::tests
