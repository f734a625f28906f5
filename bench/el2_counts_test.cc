// SPDX-License-Identifier: Apache-2.0 OR MIT
// The EL2 benchmark image as a program: it runs to its end, its counts are exact and repeat, and it
// refuses to count where the CPU cannot.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "bench/compare/result_line.h"
#include "tools/runner/child.h"

namespace trivet::bench {
namespace {

struct Execution {
  int status = -1;
  std::string console;
};

std::vector<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// Boots the image; the BUILD file says with what command. `options` are the runner's, `arguments`
/// the image's.
Execution Boot(const std::string& options, const std::string& arguments) {
  std::vector<std::string> command = Words(std::getenv("RUN_EL2_BENCH"));
  for (const std::string& word : Words(options + " -- " + arguments)) command.push_back(word);
  Execution run;
  const runner::ChildEnd end = runner::RunChild(
      command, std::chrono::seconds(120), [&run](std::string_view text) { run.console += text; });
  if (end.kind == runner::ChildEnd::Kind::kExited) run.status = end.value;
  return run;
}

using Table = std::map<std::string, double>;

Table CountAgain(const std::string& options) {
  const Execution run = Boot("--icount --require-pass " + options, "--trivet_lines");
  EXPECT_EQ(run.status, 0) << run.console;
  const auto output = ParseTargetOutput(run.console);
  EXPECT_TRUE(output.has_value()) << (output ? "" : output.error());
  Table counts;
  if (!output) return counts;
  for (const Result& result : output->results) {
    if (!result.skipped.empty()) continue;  // The CPU lacks what it needs.
    EXPECT_TRUE(result.instructions.has_value()) << result.name;
    counts[result.name] = result.instructions.value_or(-1);
  }
  return counts;
}

/// Of one run for all tests: what a run says is always the same.
const Table& Counts(const std::string& options = "") {
  static std::map<std::string, Table> tables;
  const auto known = tables.find(options);
  return known != tables.end() ? known->second
                               : tables.emplace(options, CountAgain(options)).first->second;
}

TEST(El2Counts, HandWrittenSequencesCountTheirInstructions) {
  const Table& counts = Counts();
  const Table written = {{"limit/enable", 7},        {"limit/disable", 4},
                         {"limit/pair", 11},         {"limit/switch", 3},
                         {"limit/switch_to", 2},     {"limit/irq", 31},
                         {"limit/irq_in_place", 31}, {"baseline/enable", 9},
                         {"baseline/disable", 3},    {"baseline/pair", 12}};
  for (const auto& [name, instructions] : written) {
    ASSERT_TRUE(counts.contains(name)) << name;
    EXPECT_EQ(counts.at(name), instructions) << name;
  }
}

/// limit/OPERATION is a lower bound of FAMILY/OPERATION. The baseline design leaves things out.
void ExpectNoneBelowItsLimit(const std::string& options) {
  const Table& counts = Counts(options);
  std::map<std::string, unsigned> compared;
  for (const auto& [name, instructions] : counts) {
    const std::size_t slash = name.find('/');
    const std::string family = name.substr(0, slash), limit = "limit" + name.substr(slash);
    if (family == "limit" || family == "baseline" || !counts.contains(limit)) continue;
    EXPECT_GE(instructions, counts.at(limit)) << name << " " << options;
    ++compared[limit];
  }
  for (const auto& [name, instructions] : counts) {
    if (name.starts_with("limit/")) EXPECT_GE(compared[name], 1u) << name << " limits nothing";
  }
}
TEST(El2Counts, NoneIsBelowItsLimit) {
  ExpectNoneBelowItsLimit("");
  ExpectNoneBelowItsLimit("--cpu cortex-a72,cntfrq=1000000000");
}

/// interface/OPERATION_c against interface/OPERATION_cxx.
TEST(El2Counts, ACallThroughCCostsAtMostTwoInstructionsMore) {
  const Table& counts = Counts();
  unsigned compared = 0;
  for (const auto& [name, instructions] : counts) {
    if (!name.starts_with("interface/") || !name.ends_with("_c")) continue;
    ASSERT_TRUE(counts.contains(name + "xx")) << name;
    EXPECT_LE(instructions, counts.at(name + "xx") + 2) << name;
    ++compared;
  }
  EXPECT_GE(compared, 4u);
}

TEST(El2Counts, BackendAccessesAreOneInstruction) {
  const Table& counts = Counts();
  for (const char* name : {"hal/read", "hal/write", "hal/isb"}) {
    ASSERT_TRUE(counts.contains(name)) << name;
    EXPECT_EQ(counts.at(name), 1) << name;
  }
}

TEST(El2Counts, ThreeRunsAreIdentical) {
  ASSERT_GT(Counts().size(), 10u);
  for (int run = 1; run < 3; ++run) EXPECT_EQ(CountAgain(""), Counts()) << "run " << run;
}

TEST(El2Counts, AreRefusedWithoutInstructionCounting) {
  const Execution run = Boot("", "--trivet_lines");
  EXPECT_EQ(run.status, 0);
  const auto output = ParseTargetOutput(run.console);
  ASSERT_TRUE(output.has_value());
  ASSERT_FALSE(output->results.empty());
  EXPECT_NE(output->no_instructions.find("INST_RETIRED"), std::string::npos);
  for (const Result& result : output->results) EXPECT_FALSE(result.instructions) << result.name;
}

TEST(El2Runner, PrintsATableForAPerson) {
  const Execution run = Boot("--icount", "--benchmark_filter=limit/(");
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.console.find("--benchmark_filter at EL2 takes names"), std::string::npos)
      << run.console;

  const Execution filtered = Boot("--icount", "--benchmark_filter=limit/*able");
  EXPECT_EQ(filtered.status, 0);
  EXPECT_NE(filtered.console.find("Benchmark"), std::string::npos) << filtered.console;
  EXPECT_NE(filtered.console.find("limit/disable"), std::string::npos) << filtered.console;
  EXPECT_EQ(filtered.console.find("limit/switch"), std::string::npos) << filtered.console;
}

TEST(El2Runner, FailsWhenTheFilterMatchesNothing) {
  const Execution run = Boot("--icount", "--benchmark_filter=nothing");
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.console.find("Failed to match any benchmarks against: nothing"), std::string::npos)
      << run.console;
}

TEST(El2Runner, RefusesAFlagItDoesNotKnow) {
  const Execution run = Boot("", "--benchmark_repetitions=3");
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.console.find("unrecognized command-line flag: --benchmark_repetitions=3"),
            std::string::npos)
      << run.console;
}

}  // namespace
}  // namespace trivet::bench
