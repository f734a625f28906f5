// SPDX-License-Identifier: Apache-2.0 OR MIT
// What everything costs at EL2 is what the checked-in table says, on every CPU model.

#include "bench/counts/expected_counts.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace trivet::bench {
namespace {

std::vector<std::string> BootCommand() {
  std::istringstream stream(std::getenv("RUN_EL2_BENCH"));
  return {std::istream_iterator<std::string>(stream), {}};
}

TEST(ExpectedCounts, AreWhatIsCounted) {
  std::ifstream file(std::getenv("EXPECTED_COUNTS"));
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  const std::string compiler = std::getenv("EL2_COMPILER");
  if (expected.find(CompilerLine(compiler)) == std::string::npos) {
    GTEST_SKIP() << "the table was not made with " << compiler;
  }
  std::map<std::string, Counts> by_cpu_model;
  for (const char* model : kCpuModels) {
    const auto counts = CountOn(BootCommand(), model);
    ASSERT_TRUE(counts.has_value()) << counts.error();
    by_cpu_model[model] = *counts;
  }
  const auto events = EventsOf(std::getenv("RUN_SIM_BENCH"));
  ASSERT_TRUE(events.has_value()) << events.error();
  EXPECT_EQ(Difference(expected, RenderCounts(compiler, by_cpu_model, *events)), "")
      << "If that is meant: bazel run //bench:update_counts, and say why in the commit.";
}

}  // namespace
}  // namespace trivet::bench
