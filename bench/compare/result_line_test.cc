// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/compare/result_line.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "freestanding/benchmark/checksum.h"

namespace trivet::bench::result_line_test {
namespace {

/// A whole line.
std::string Line(const std::string& object) {
  return std::string(kResultPrefix) + object + std::string(Checksum(object).view()) + '\n';
}

TargetOutput Parsed(const std::string& text) {
  const auto output = ParseTargetOutput(text);
  EXPECT_TRUE(output.has_value()) << (output ? "" : output.error());
  return output.value_or(TargetOutput{});
}

std::string ErrorOf(const std::string& text) {
  const auto output = ParseTargetOutput(text);
  return output ? "" : output.error();
}

TEST(ResultLine, ReadsFiguresAndLabel) {
  const TargetOutput output =
      Parsed(Line(R"({"name":"percpu/enable","iterations":1024,"instructions":10.125,"isb":1,)"
                  R"("cycles":11,"time_ns":-0.5,"label":"a \"b\" \\"})"));
  ASSERT_EQ(output.results.size(), 1u);
  const Result& result = output.results[0];
  EXPECT_EQ(result.name, "percpu/enable");
  EXPECT_EQ(result.instructions, 10.125);
  EXPECT_EQ(result.time_ns, -0.5);
  EXPECT_EQ(result.label, "a \"b\" \\");
  EXPECT_EQ(result.numbers.size(), 3u);
  EXPECT_EQ(result.Number("isb"), 1);
  EXPECT_EQ(result.Number("cycles"), 11);
  EXPECT_EQ(result.Number("iterations"), 1024);
  EXPECT_EQ(result.Number("instructions"), 10.125);
  EXPECT_EQ(result.Number("time_ns"), -0.5);
  EXPECT_EQ(result.Number("msr"), std::nullopt);
}

TEST(ResultLine, LeavesOtherLinesAndLineEndsAlone) {
  std::string first = Line(R"({"name":"a","time_ns":1})");
  first.insert(first.size() - 1, "\r");
  const TargetOutput output = Parsed(
      "Booting\r\n" + Line(R"({"context":"el2","no_instructions":"no PMU","no_cycles":"icount"})") +
      "TRIVET-BENCH {\nTRIVET-IMAGE: PASS\n" + first + Line(R"({"name":"b","time_ns":2})"));
  ASSERT_EQ(output.results.size(), 2u);
  EXPECT_EQ(output.results[1].name, "b");
  EXPECT_FALSE(output.results[1].instructions.has_value());
  EXPECT_EQ(output.no_instructions, "no PMU");
  EXPECT_EQ(output.no_cycles, "icount");
}

TEST(ResultLine, KeepsErrorsAndSkips) {
  const TargetOutput output =
      Parsed(Line(R"({"name":"a","error":"kInUse"})") + Line(R"({"name":"b","skipped":"no GIC"})"));
  ASSERT_EQ(output.results.size(), 2u);
  EXPECT_EQ(output.results[0].error, "kInUse");
  EXPECT_EQ(output.results[1].skipped, "no GIC");
}

TEST(ResultLine, AnEmptyOutputHasNoResultsAndNoEnd) {
  EXPECT_TRUE(Parsed("").results.empty());
  EXPECT_FALSE(Parsed("").ended);
}

const std::string kFirst = Line(R"({"name":"a","time_ns":1})");
const std::string kSecond = Line(R"({"name":"b","time_ns":2})");

TEST(ResultLine, TheLastLineCountsTheResults) {
  EXPECT_FALSE(Parsed(kFirst + kSecond).ended);
  EXPECT_TRUE(Parsed(kFirst + kSecond + Line("{\"end\":2}")).ended);
  EXPECT_TRUE(Parsed(Line("{\"end\":0}")).ended);
  EXPECT_EQ(ErrorOf(kSecond + Line("{\"end\":2}")),
            "line 2 is not a result: 2 results were printed, 1 arrived");
  EXPECT_EQ(ErrorOf(kFirst + Line("{\"end\":1}") + kSecond),
            "line 3 is not a result: it follows the last one");
}

TEST(ResultLine, ReadsAWholeLineBehindAnotherCpusText) {
  EXPECT_EQ(Parsed("CPU 3 is up" + kFirst).results.size(), 1u);
}

constexpr char kDamaged[] =
    " is damaged, its checksum is wrong: cut, or mixed with another CPU's text";

TEST(ResultLine, RefusesALineWithAnotherCpusTextInItOrBehindIt) {
  std::string behind = kFirst;
  behind.insert(behind.size() - 1, "CPU 3 is up");
  EXPECT_EQ(ErrorOf("x\n" + behind), std::string("line 2") + kDamaged);
  // Not even where the rest is a good object.
  EXPECT_EQ(ErrorOf("TRIVET-BENCH: {\"name\":\"a\",\"time_ns\":1}\n"),
            std::string("line 1") + kDamaged);
}

/// All texts in order, byte by byte in turn: `share` bytes of one, then of the next.
std::string Interleaved(std::vector<std::string> texts, std::size_t share) {
  std::string mixed;
  for (bool any = true; any;) {
    any = false;
    for (std::string& text : texts) {
      mixed += text.substr(0, share);
      text.erase(0, share);
      any = any || !text.empty();
    }
  }
  return mixed;
}

/// What four CPUs print at once, in pieces of any size, is never taken for something else: either
/// every result arrives as it was printed, or there is an error.
TEST(ResultLine, FourCpusAtOnceGiveEveryResultOrAnError) {
  const std::vector<std::string> cpus = {
      kFirst + Line("{\"end\":1}"), "CPU 1: an IRQ\nCPU 1: another one, and a long line\n",
      "CPU 2: TRIVET\n", "CPU 3 takes the requested exception, and returns\n"};
  int whole = 0;
  for (std::size_t share = 1; share <= 120; ++share) {
    const auto output = ParseTargetOutput(Interleaved(cpus, share));
    if (!output || !output->ended) continue;
    ++whole;
    ASSERT_EQ(output->results.size(), 1u) << share;
    EXPECT_EQ(output->results[0].name, "a");
    EXPECT_EQ(output->results[0].time_ns, 1);
  }
  // From the size of the whole text on, and where a piece ends with the line.
  EXPECT_GE(whole, 120 - static_cast<int>(cpus[0].size()));
  EXPECT_LT(whole, 120);
}

/// The same with another result at every place in the first: two CPUs that both report.
TEST(ResultLine, TwoResultsMixedAnywhereAreTwoResultsOrAnError) {
  for (std::size_t at = 0; at <= kFirst.size(); ++at) {
    std::string mixed = kFirst + Line("{\"end\":2}");
    mixed.insert(at, kSecond);
    const auto output = ParseTargetOutput(mixed);
    const bool between_lines = at == 0 || at == kFirst.size();
    const bool good = output && output->ended && output->results.size() == 2;
    // In the middle of the prefix the first line is lost, but not without notice.
    EXPECT_EQ(good, between_lines) << at << ": " << (output ? "" : output.error());
  }
}

struct BadLine {
  const char* line;
  const char* what;
};
class Malformed : public ::testing::TestWithParam<BadLine> {};
TEST_P(Malformed, IsAnErrorThatNamesTheLine) {
  const std::string error = ErrorOf("first line\n" + Line(GetParam().line));
  EXPECT_TRUE(error.starts_with("line 2 is not a result: " + std::string(GetParam().what)))
      << error;
}
INSTANTIATE_TEST_SUITE_P(
    Lines, Malformed,
    ::testing::Values(BadLine{"", "byte 0: "},  //
                      BadLine{"[1]", "no object"}, BadLine{"{}", "neither a name nor a context"},
                      BadLine{"{\"name\"", "byte 7: "}, BadLine{"{\"name\":\"a", "byte 10: "},
                      BadLine{"{\"name\":\"a\\x\"}", "byte 11: "},
                      BadLine{"{\"name\":\"a\",", "byte 12: "},
                      BadLine{"{\"name\":\"a\",\"time_ns\":}", "byte 22: "},
                      BadLine{"{\"name\":\"a\",\"time_ns\":1", "byte 23: "},
                      BadLine{"{\"name\":\"a\",\"time_ns\":1}}", "byte 24: "},
                      BadLine{"{\"name\":\"a\",\"time_ns\":{}}",
                              "\"time_ns\" is neither a string nor a number"},
                      BadLine{"{\"name\":\"a\",\"time_ns\":nan}", "byte 23: "},
                      BadLine{"{\"name\":\"a\",\"time_ns\":1e999}", "byte "},
                      BadLine{"{\"name\":\"a\",\"name\":\"b\"}", "\"name\" appears twice"},
                      BadLine{"{\"time_ns\":1}", "neither a name nor a context"},
                      BadLine{"{\"name\":\"a\"}", "\"a\" has no figures"}));

TEST(ResultLine, RefusesTheSameNameTwice) {
  EXPECT_EQ(ErrorOf(kFirst + Line(R"({"name":"a","time_ns":2})")),
            "line 2 is not a result: \"a\" was reported before");
}

// Every prefix of a good line is an error, never a crash and never a result.
TEST(ResultLine, RefusesALineThatWasCutAnywhere) {
  const std::string line = Line(R"({"name":"a","instructions":12.5,"label":"x"})");
  for (std::size_t length = kResultPrefix.size(); length + 1 < line.size(); ++length) {
    EXPECT_NE(ErrorOf(line.substr(0, length)), "") << length;
  }
  EXPECT_EQ(ErrorOf(line), "");
}

// The checksum does not stand alone: an object that is cut and checked again is malformed.
TEST(ResultLine, RefusesAnObjectThatWasCutAnywhere) {
  const std::string object = R"({"name":"a","instructions":12.5,"label":"x"})";
  for (std::size_t length = 0; length < object.size(); ++length) {
    EXPECT_NE(ErrorOf(Line(object.substr(0, length))), "") << length;
  }
  EXPECT_EQ(ErrorOf(Line(object)), "");
}

}  // namespace
}  // namespace trivet::bench::result_line_test
