// The table program with stand-ins for its legs.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "tools/runner/child.h"

namespace trivet::bench {
namespace {

constexpr char kGood[] =
    R"(TRIVET-BENCH: {"name":"percpu/enable","instructions":12,"time_ns":34.5})";

class TableProgram : public ::testing::Test {
 protected:
  struct Execution {
    int status = -1;
    std::string output;
  };

  /// A program that prints `text` and ends with `status`.
  static std::string StandIn(const std::string& name, const std::string& text, int status = 0) {
    const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
    std::ofstream(path) << "#!/bin/sh\ncat <<'END'\n" << text << "\nEND\nexit " << status << "\n";
    chmod(path.c_str(), 0755);
    return path;
  }

  static Execution Execute(const std::string& simulator,
                           const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {std::getenv("PROGRAM"), "--sim=" + simulator};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Execution run;
    const runner::ChildEnd end = runner::RunChild(
        command, std::nullopt, [&run](std::string_view text) { run.output += text; });
    if (end.kind == runner::ChildEnd::Kind::kExited) run.status = end.value;
    return run;
  }

  static Execution ExecuteWithEl2(const std::string& text, int status = 0) {
    return Execute(StandIn("sim", kGood), {"--el2=" + StandIn("el2", text, status)});
  }
};

#define EXPECT_CONTAINS(run, text) \
  EXPECT_NE((run).output.find(text), std::string::npos) << (run).output

TEST_F(TableProgram, PrintsOneRowForBothLegs) {
  const Execution run = ExecuteWithEl2(kGood);
  EXPECT_EQ(run.status, 0);
  EXPECT_CONTAINS(run, "percpu/enable          34.5                12\n");
}

TEST_F(TableProgram, FailsWhenALegFails) {
  const Execution run = ExecuteWithEl2(std::string(kGood) + "\nboom", 3);
  EXPECT_EQ(run.status, 1);
  EXPECT_CONTAINS(run, "EL2 in QEMU: FAILED: status 3; it ended with:");
  EXPECT_CONTAINS(run, "boom");
  EXPECT_CONTAINS(run, "percpu/enable");
}

TEST_F(TableProgram, FailsWhenALegPrintsNonsense) {
  const Execution run = ExecuteWithEl2("Booting\nTRIVET-BENCH: {\"name\"");
  EXPECT_EQ(run.status, 1);
  EXPECT_CONTAINS(run, "FAILED: line 2 is not a result: no colon after \"name\"");
}

TEST_F(TableProgram, FailsWhenALegPrintsNothing) {
  const Execution run = ExecuteWithEl2("Booting");
  EXPECT_EQ(run.status, 1);
  EXPECT_CONTAINS(run, "EL2 in QEMU: FAILED: no results");
}

TEST_F(TableProgram, FailsWhenABenchmarkFails) {
  const Execution run =
      ExecuteWithEl2(R"(TRIVET-BENCH: {"name":"percpu/enable","error":"kInUse"})");
  EXPECT_EQ(run.status, 1);
  EXPECT_CONTAINS(run, "EL2 FAILED: kInUse");
}

TEST_F(TableProgram, FailsWhenALegCannotStart) {
  const Execution run = Execute("/nonexistent", {"--el2=" + StandIn("el2", kGood)});
  EXPECT_EQ(run.status, 1);
  EXPECT_CONTAINS(run, "simulator: FAILED: cannot start /nonexistent");
}

TEST_F(TableProgram, NamesALegThatThisHostDoesNotHave) {
  const Execution run = Execute(StandIn("sim", kGood), {"--el2_missing=no QEMU here"});
  EXPECT_EQ(run.status, 0);
  EXPECT_CONTAINS(run, "EL2 in QEMU was not run: no QEMU here\n");
}

TEST_F(TableProgram, SaysWhyThereAreNoInstructionCounts) {
  const Execution run = ExecuteWithEl2(
      "TRIVET-BENCH: {\"context\":\"el2\",\"no_instructions\":\"no PMU\"}\n"
      "TRIVET-BENCH: {\"name\":\"a\",\"time_ns\":1}");
  EXPECT_EQ(run.status, 0);
  EXPECT_CONTAINS(run, "EL2 in QEMU counts no instructions: no PMU\n");
}

TEST_F(TableProgram, RefusesWhatItDoesNotUnderstand) {
  const std::string sim = StandIn("sim", kGood), el2 = "--el2=" + StandIn("el2", kGood);
  EXPECT_EQ(Execute(sim, {el2, "--benchmark_filter=("}).status, 2);
  const Execution run = Execute(sim, {el2, "--benchmark_frobnicate"});
  EXPECT_EQ(run.status, 2);
  EXPECT_CONTAINS(run, "bazel run //bench:sim");
}

TEST_F(TableProgram, FiltersRows) {
  const std::string sim = StandIn("sim", kGood), el2 = "--el2=" + StandIn("el2", kGood);
  EXPECT_EQ(Execute(sim, {el2, "--benchmark_filter=^percpu"}).status, 0);
  EXPECT_EQ(Execute(sim, {el2, "--benchmark_filter=-percpu"}).status, 1);
  const Execution run = Execute(sim, {el2, "--benchmark_filter=nothing"});
  EXPECT_EQ(run.status, 1);
  EXPECT_CONTAINS(run, "Failed to match any benchmarks against regex: nothing");
}

}  // namespace
}  // namespace trivet::bench
