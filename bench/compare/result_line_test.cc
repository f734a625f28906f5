#include "bench/compare/result_line.h"

#include <gtest/gtest.h>

#include <string>

namespace trivet::bench {
namespace {

LegOutput Parsed(const std::string& text) {
  const auto output = ParseLegOutput(text);
  EXPECT_TRUE(output.has_value()) << (output ? "" : output.error());
  return output.value_or(LegOutput{});
}

std::string ErrorOf(const std::string& text) {
  const auto output = ParseLegOutput(text);
  return output ? "" : output.error();
}

TEST(ResultLine, ReadsFiguresAndLabel) {
  const LegOutput output = Parsed(
      "TRIVET-BENCH: {\"name\":\"percpu/enable\",\"iterations\":1024,\"instructions\":10.125,"
      "\"cycles\":11,\"time_ns\":-0.5,\"label\":\"a \\\"b\\\" \\\\\"}\n");
  ASSERT_EQ(output.results.size(), 1u);
  const Result& result = output.results[0];
  EXPECT_EQ(result.name, "percpu/enable");
  EXPECT_EQ(result.instructions, 10.125);
  EXPECT_EQ(result.time_ns, -0.5);
  EXPECT_EQ(result.label, "a \"b\" \\");
}

TEST(ResultLine, LeavesOtherLinesAndLineEndsAlone) {
  const LegOutput output = Parsed(
      "Booting\r\n"
      "TRIVET-BENCH: {\"context\":\"el2\",\"no_instructions\":\"no PMU\"}\r\n"
      "not TRIVET-BENCH: {\r\n"
      "TRIVET-BENCH: {\"name\":\"a\",\"time_ns\":1}\r\n"
      "TRIVET-BENCH: {\"name\":\"b\",\"time_ns\":2}");
  ASSERT_EQ(output.results.size(), 2u);
  EXPECT_EQ(output.results[1].name, "b");
  EXPECT_FALSE(output.results[1].instructions.has_value());
  EXPECT_EQ(output.no_instructions, "no PMU");
}

TEST(ResultLine, KeepsErrorsAndSkips) {
  const LegOutput output = Parsed(
      "TRIVET-BENCH: {\"name\":\"a\",\"error\":\"kInUse\"}\n"
      "TRIVET-BENCH: {\"name\":\"b\",\"skipped\":\"no GIC\"}\n");
  ASSERT_EQ(output.results.size(), 2u);
  EXPECT_EQ(output.results[0].error, "kInUse");
  EXPECT_EQ(output.results[1].skipped, "no GIC");
}

TEST(ResultLine, AnEmptyOutputHasNoResults) { EXPECT_TRUE(Parsed("").results.empty()); }

struct BadLine {
  const char* line;
  const char* what;
};
class Malformed : public ::testing::TestWithParam<BadLine> {};
TEST_P(Malformed, IsAnErrorThatNamesTheLine) {
  const std::string error =
      ErrorOf("first line\nTRIVET-BENCH: " + std::string(GetParam().line) + "\n");
  EXPECT_EQ(error, "line 2 is not a result: " + std::string(GetParam().what));
}
INSTANTIATE_TEST_SUITE_P(
    Lines, Malformed,
    ::testing::Values(BadLine{"", "no object"},  //
                      BadLine{"[1]", "no object"},
                      BadLine{"{}", "a string must start with a quote"},
                      BadLine{"{\"name\"", "no colon after \"name\""},
                      BadLine{"{\"name\":\"a", "a string does not end"},
                      BadLine{"{\"name\":\"a\\n\"}", "unknown escape in a string"},
                      BadLine{"{\"name\":\"a\",", "a string must start with a quote"},
                      BadLine{"{\"name\":\"a\",\"time_ns\":}", "neither a string nor a number"},
                      BadLine{"{\"name\":\"a\",\"time_ns\":1", "the object does not end"},
                      BadLine{"{\"name\":\"a\",\"time_ns\":1}}", "something follows the object"},
                      BadLine{"{\"name\":\"a\",\"time_ns\":{}}", "neither a string nor a number"},
                      BadLine{"{\"name\":\"a\",\"name\":\"b\"}", "\"name\" appears twice"},
                      BadLine{"{\"time_ns\":1}", "neither a name nor a context"},
                      BadLine{"{\"name\":\"a\"}", "\"a\" has no figures"}));

TEST(ResultLine, RefusesTheSameNameTwice) {
  EXPECT_EQ(ErrorOf("TRIVET-BENCH: {\"name\":\"a\",\"time_ns\":1}\n"
                    "TRIVET-BENCH: {\"name\":\"a\",\"time_ns\":2}\n"),
            "line 2 is not a result: \"a\" was reported before");
}

// Every prefix of a good line is an error, never a crash and never a result.
TEST(ResultLine, RefusesALineThatWasCutAnywhere) {
  const std::string line = "TRIVET-BENCH: {\"name\":\"a\",\"instructions\":12.5,\"label\":\"x\"}";
  for (std::size_t length = std::string("TRIVET-BENCH: ").size(); length < line.size(); ++length) {
    EXPECT_NE(ErrorOf(line.substr(0, length)), "") << length;
  }
  EXPECT_EQ(ErrorOf(line), "");
}

}  // namespace
}  // namespace trivet::bench
