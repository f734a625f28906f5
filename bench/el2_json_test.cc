// SPDX-License-Identifier: Apache-2.0 OR MIT
// The EL2 target through the program that `bazel run //bench` starts: its JSON has the counts, and
// percentiles only where there is something to sample.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tools/json/json_value.h"
#include "tools/runner/child.h"

namespace trivet::bench {
namespace {

using json::JsonValue;

/// What the program writes for the EL2 target alone, booted with `options` of the runner.
JsonValue Measure(const std::vector<std::string>& options) {
  const std::string out = std::string(std::getenv("TEST_TMPDIR")) + "/out.json";
  std::vector<std::string> command = {std::getenv("PROGRAM"), "--benchmark_out=" + out,
                                      "--benchmark_filter=(limit|minimal)/(enable|pair)$"};
  std::istringstream boot(std::getenv("RUN_EL2_BENCH"));
  std::vector<std::string> words(std::istream_iterator<std::string>(boot), {});
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--require-pass", "--", "--trivet_lines"});
  for (const std::string& word : words) command.push_back("--el2=" + word);

  std::string console;
  const runner::ChildEnd end = runner::RunChild(
      command, std::chrono::seconds(120), [&console](std::string_view text) { console += text; });
  EXPECT_EQ(end.kind, runner::ChildEnd::Kind::kExited);
  EXPECT_EQ(end.value, 0) << console;

  std::ifstream file(out);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  JsonValue document;
  std::string error;
  EXPECT_TRUE(JsonValue::Parse(text, document, error)) << error << '\n' << text;
  return document;
}

/// A figure of a benchmark; nothing where the file has none.
std::optional<double> Figure(const JsonValue& document, const std::string& name,
                             const std::string& figure) {
  const JsonValue* const benchmarks = document.Find("benchmarks");
  if (benchmarks == nullptr) return std::nullopt;
  for (const auto& [unused, benchmark] : benchmarks->members()) {
    const JsonValue* const its_name = benchmark.Find("name");
    const JsonValue* const value = benchmark.Find(figure);
    if (its_name == nullptr || its_name->text() != name || value == nullptr) continue;
    return std::strtod(value->text().c_str(), nullptr);
  }
  return std::nullopt;
}

TEST(El2Json, HasExactCountsAndTheLimit) {
  const JsonValue document = Measure({"--icount"});
  EXPECT_EQ(document.Find("benchmarks")->members().size(), 4u);
  EXPECT_EQ(Figure(document, "el2/limit/enable", "instructions"), 7);
  EXPECT_EQ(Figure(document, "el2/limit/pair", "instructions"), 11);
  EXPECT_EQ(Figure(document, "el2/minimal/enable", "limit"), 7);
  EXPECT_EQ(Figure(document, "el2/minimal/enable", "repeatable"), 1);
  EXPECT_GE(Figure(document, "el2/minimal/enable", "instructions"), 10);
}

TEST(El2Json, HasNoSamplesWhereCyclesFollowInstructions) {
  const JsonValue document = Measure({"--icount"});
  EXPECT_EQ(Figure(document, "el2/limit/enable", "cycles_p50"), std::nullopt);
  EXPECT_EQ(Figure(document, "el2/limit/enable", "samples"), std::nullopt);
  ASSERT_NE(document.Find("context")->Find("no_cycles"), nullptr);
}

/// Without icount the counters follow the host's clock: what they say is not about a CPU, but it is
/// sampled as on a board.
TEST(El2Json, HasSamplesAndNoCountsWithoutInstructionCounting) {
  const JsonValue document = Measure({});
  EXPECT_EQ(document.Find("context")->Find("no_cycles"), nullptr);
  EXPECT_NE(document.Find("context")->Find("no_instructions"), nullptr);
  EXPECT_EQ(Figure(document, "el2/limit/enable", "instructions"), std::nullopt);
  EXPECT_EQ(Figure(document, "el2/limit/enable", "samples"), 256);
  const char* const ranks[] = {"min", "p50", "p90", "p99", "max"};
  for (const std::string unit : {"cycles_", "ns_"}) {
    for (int i = 1; i < 5; ++i) {
      const auto lower = Figure(document, "el2/limit/enable", unit + ranks[i - 1]);
      const auto higher = Figure(document, "el2/limit/enable", unit + ranks[i]);
      ASSERT_TRUE(lower && higher) << unit << ranks[i];
      EXPECT_LE(*lower, *higher) << unit << ranks[i];
    }
  }
}

}  // namespace
}  // namespace trivet::bench
