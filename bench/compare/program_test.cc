// SPDX-License-Identifier: Apache-2.0 OR MIT
// The table program with stand-ins for its targets.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "freestanding/benchmark/checksum.h"
#include "tools/json/json_value.h"
#include "tools/runner/child.h"

namespace trivet::bench::program_test {
namespace {

std::string Line(const std::string& object) {
  return std::string(kResultPrefix) + object + std::string(Checksum(object).view());
}

const std::string kResult =
    Line(R"({"name":"percpu/enable","iterations":9,"instructions":12,"isb":1,"time_ns":34.5})");
const std::string kGood = kResult + "\n" + Line(R"({"end":1})");

class TableProgram : public ::testing::Test {
 protected:
  struct Execution {
    int status = -1;
    std::string output;
  };

  static std::string Path(const std::string& name) {
    return std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  }

  /// A program that prints `text` and ends with `status`.
  static std::string StandIn(const std::string& name, const std::string& text, int status = 0) {
    const std::string path = Path(name);
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

  static Execution ExecuteWithEl2(const std::string& text, int status = 0,
                                  std::vector<std::string> arguments = {}) {
    arguments.push_back("--el2=" + StandIn("el2", text, status));
    return Execute(StandIn("sim", kGood), arguments);
  }
};

#define EXPECT_PRINTS(run, text) \
  EXPECT_NE((run).output.find(text), std::string::npos) << (run).output

TEST_F(TableProgram, PrintsOneRowForBothTargets) {
  const Execution run = ExecuteWithEl2(kGood);
  EXPECT_EQ(run.status, 0);
  EXPECT_PRINTS(run, "percpu/enable       34.5    1            12    1\n");
}

TEST_F(TableProgram, FailsWhenATargetFails) {
  const Execution run = ExecuteWithEl2(kResult + "\nboom", 3);
  EXPECT_EQ(run.status, 1);
  EXPECT_PRINTS(run, "EL2: FAILED: status 3; it ended with:");
  EXPECT_PRINTS(run, "boom");
  EXPECT_PRINTS(run, "percpu/enable");
}

TEST_F(TableProgram, FailsWhenATargetPrintsNonsense) {
  const Execution run = ExecuteWithEl2("Booting\nTRIVET-BENCH: {\"name\"");
  EXPECT_EQ(run.status, 1);
  EXPECT_PRINTS(run, "EL2: FAILED: line 2 is damaged");
}

TEST_F(TableProgram, FailsWhenATargetStopsBeforeItsEnd) {
  const Execution run = ExecuteWithEl2(kResult);
  EXPECT_EQ(run.status, 1);
  EXPECT_PRINTS(run, "EL2: FAILED: the line after the last result is missing");
  EXPECT_PRINTS(run, "percpu/enable       34.5    1            12    1\n");
}

TEST_F(TableProgram, FailsWhenATargetPrintsNothing) {
  const Execution run = ExecuteWithEl2("Booting");
  EXPECT_EQ(run.status, 1);
  EXPECT_PRINTS(run, "EL2: FAILED: no results");
}

TEST_F(TableProgram, FailsWhenABenchmarkFails) {
  const Execution run = ExecuteWithEl2(Line(R"({"name":"percpu/enable","error":"kInUse"})") + "\n" +
                                       Line(R"({"end":1})"));
  EXPECT_EQ(run.status, 1);
  EXPECT_PRINTS(run, "EL2 FAILED: kInUse");
}

TEST_F(TableProgram, FailsWhenATargetCannotStart) {
  const Execution run = Execute("/nonexistent", {"--el2=" + StandIn("el2", kGood)});
  EXPECT_EQ(run.status, 1);
  EXPECT_PRINTS(run, "simulator: FAILED: cannot start /nonexistent");
}

TEST_F(TableProgram, NamesATargetThatThisMachineCannotRun) {
  const Execution run = Execute(StandIn("sim", kGood), {"--el2_missing=no QEMU here"});
  EXPECT_EQ(run.status, 0);
  EXPECT_PRINTS(run, "EL2 was not run: no QEMU here\n");
}

TEST_F(TableProgram, SaysWhyThereAreNoInstructionCounts) {
  const Execution run =
      ExecuteWithEl2(Line(R"({"context":"el2","no_instructions":"no PMU","no_cycles":"icount"})") +
                     "\n" + Line(R"({"name":"a","time_ns":1})") + "\n" + Line(R"({"end":1})"));
  EXPECT_EQ(run.status, 0);
  EXPECT_PRINTS(run, "EL2 counts no instructions: no PMU\n");
  EXPECT_PRINTS(run, "EL2 has no cycles and no times: icount\n");
}

TEST_F(TableProgram, RefusesWhatItDoesNotUnderstand) {
  const std::string sim = StandIn("sim", kGood), el2 = "--el2=" + StandIn("el2", kGood);
  EXPECT_EQ(Execute(sim, {el2, "--benchmark_filter=("}).status, 2);
  const Execution run = Execute(sim, {el2, "--benchmark_frobnicate"});
  EXPECT_EQ(run.status, 2);
  EXPECT_PRINTS(run, "bazel run //bench:sim");
  EXPECT_EQ(Execute(sim, {el2, "--benchmark_format=xml"}).status, 2);
}

/// The benchmarks in a JSON document.
std::size_t Benchmarks(const std::string& text) {
  json::JsonValue document;
  std::string error;
  EXPECT_TRUE(json::JsonValue::Parse(text, document, error)) << error << '\n' << text;
  const json::JsonValue* const benchmarks = document.Find("benchmarks");
  return benchmarks == nullptr ? 0 : benchmarks->members().size();
}

std::string Contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST_F(TableProgram, PrintsNothingButJsonWhenAskedTo) {
  const std::string json = Path("console.json");
  const std::string command =
      std::string(std::getenv("PROGRAM")) + " --sim=" + StandIn("sim", kGood) +
      " --el2=" + StandIn("el2", kGood) + " --benchmark_format=json 2>/dev/null >" + json;
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(Benchmarks(Contents(json)), 2u);
}

TEST_F(TableProgram, WritesAFileWhereTheUserIsAndTheTableToTheConsole) {
  setenv("BUILD_WORKING_DIRECTORY", std::getenv("TEST_TMPDIR"), 1);
  const Execution run = ExecuteWithEl2(kGood, 0, {"--benchmark_out=relative.json"});
  unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(run.status, 0);
  EXPECT_PRINTS(run, "percpu/enable       34.5    1            12    1\n");
  EXPECT_EQ(Benchmarks(Contents(Path("relative.json"))), 2u);
}

TEST_F(TableProgram, WritesTheTableToAFileToo) {
  const std::string out = Path("table.txt");
  const Execution run =
      ExecuteWithEl2(kGood, 0, {"--benchmark_out=" + out, "--benchmark_out_format=console"});
  EXPECT_EQ(run.status, 0);
  EXPECT_NE(Contents(out).find("percpu/enable       34.5    1            12    1\n"),
            std::string::npos);
}

TEST_F(TableProgram, SaysThatAPathIsBadBeforeItRunsAnything) {
  const Execution run = ExecuteWithEl2(kGood, 0, {"--benchmark_out=/no/such/folder"});
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.output, "bench: cannot write '/no/such/folder': No such file or directory\n");
}

TEST_F(TableProgram, PrintsTheResultsWhenTheFileCannotBeWritten) {
  const Execution run = ExecuteWithEl2(kGood, 0, {"--benchmark_out=/dev/full"});
  EXPECT_EQ(run.status, 1);
  EXPECT_PRINTS(run, "bench: cannot write '/dev/full': No space left on device\n");
  EXPECT_PRINTS(run, "percpu/enable       34.5    1            12    1\n");
}

TEST_F(TableProgram, WritesTheFileEvenIfNobodyReadsTheConsole) {
  const std::string out = Path("pipe.json");
  const std::string command = std::string(std::getenv("PROGRAM")) +
                              " --sim=" + StandIn("sim", kGood) + " --benchmark_out=" + out +
                              " | true";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(Benchmarks(Contents(out)), 1u);
}

TEST_F(TableProgram, KeepsTheOldFileWhenThereIsNothingNew) {
  const std::string out = Path("old.json");
  std::ofstream(out) << "old";
  EXPECT_EQ(Execute("/nonexistent", {"--benchmark_out=" + out}).status, 1);
  EXPECT_EQ(Contents(out), "old");
}

TEST_F(TableProgram, RunsTheEl2TargetAlone) {
  const Execution run = Execute("", {"--el2=" + StandIn("el2", kGood)});
  EXPECT_EQ(run.status, 0);
  EXPECT_PRINTS(run, "percpu/enable            12    1\n");
}

// With one board's target alone the user's options for what boots it go there.
TEST_F(TableProgram, OptionsOfTheRunnerReachIt) {
  const std::string target = Path("target");
  std::ofstream(target) << "#!/bin/sh\necho \"$*\" >" << Path("words") << "\ncat <<'END'\n"
                        << kGood << "\nEND\nexit 0\n";
  chmod(target.c_str(), 0755);
  const Execution run = Execute("", {"--el2=" + target, "--el2=--trivet_lines", "--serial",
                                     "/dev/x@9600", "--benchmark_filter=percpu", "--timeout=7"});
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(Contents(Path("words")), "--trivet_lines --serial /dev/x@9600 --timeout=7\n");
}

TEST_F(TableProgram, AnOptionOfTheRunnerNeedsABoard) {
  const Execution run = Execute(StandIn("sim", kGood), {"--el2=x", "--serial=/dev/x"});
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(
      run.output,
      "bench: '--serial=/dev/x' is for one board: add --platforms=@trivet//platforms:BOARD\n");
}

TEST_F(TableProgram, BadOptionsOfTheRunnerAreNamedBeforeItStarts) {
  const Execution run = Execute("", {"--el2=/nonexistent", "--qemu", "--out=x"});
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.output, "bench: choose one of --qemu, --gdb, --serial and --out\n");
}

TEST_F(TableProgram, ReturnsTheOnlyTargetsStatus) {
  for (const int status : {3, 124, 125}) {
    EXPECT_EQ(Execute("", {"--el2=" + StandIn("el2", "boom", status)}).status, status);
  }
}

TEST_F(TableProgram, TheConsoleIsShownOnRequest) {
  const std::string target = "--el2=" + StandIn("el2", "Booting\n" + kGood);
  EXPECT_EQ(Execute("", {target}).output.find("Booting"), std::string::npos);
  EXPECT_PRINTS(Execute("", {target, "--console"}), "Booting\n");
}

TEST_F(TableProgram, WritingFilesIsLeftToTheRunner) {
  const std::string target = Path("target");
  std::ofstream(target) << "#!/bin/sh\necho \"$*\"\nexit 5\n";
  chmod(target.c_str(), 0755);
  const Execution run = Execute(
      "", {"--el2=" + target, "--el2=--trivet_lines", "--out", "sd/", "--benchmark_filter=a"});
  EXPECT_EQ(run.status, 5);
  EXPECT_EQ(run.output, "--out sd/ --benchmark_filter=a\n");
}

TEST_F(TableProgram, FiltersRows) {
  const std::string sim = StandIn("sim", kGood), el2 = "--el2=" + StandIn("el2", kGood);
  EXPECT_EQ(Execute(sim, {el2, "--benchmark_filter=^percpu"}).status, 0);
  EXPECT_EQ(Execute(sim, {el2, "--benchmark_filter=-percpu"}).status, 1);
  const Execution run = Execute(sim, {el2, "--benchmark_filter=nothing"});
  EXPECT_EQ(run.status, 1);
  EXPECT_PRINTS(run, "Failed to match any benchmarks against regex: nothing");
}

}  // namespace
}  // namespace trivet::bench::program_test
