// SPDX-License-Identifier: Apache-2.0 OR MIT
// The report program with a stand-in for the one that measures.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tools/runner/child.h"

namespace trivet::bench::report {
namespace {

constexpr char kResults[] =
    R"({"benchmarks": [{"name": "el2/minimal/enable", "target": "el2", "instructions": 12,)"
    R"("cpu_time": 12, "time_unit": "ns"}]})";

class ReportProgram : public ::testing::Test {
 protected:
  struct Execution {
    int status = -1;
    std::string output;
  };

  ReportProgram() {
    std::filesystem::remove_all(Path("page"));
    setenv("BUILD_WORKING_DIRECTORY", std::getenv("TEST_TMPDIR"), 1);
  }

  static std::string Path(const std::string& name) {
    return std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  }

  static std::string Contents(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(Path(name)).rdbuf();
    return text.str();
  }

  static void Write(const std::string& name, const std::string& text) {
    std::ofstream(Path(name)) << text;
  }

  /// A program that prints its arguments, writes `results`, if any, and ends with `status`.
  static std::string StandIn(const std::string& results, int status = 0) {
    const std::string path = Path("bench");
    std::ofstream script(path);
    script << "#!/bin/sh\necho \"arguments: $*\"\nfor a; do case $a in --benchmark_out=*) "
              "out=${a#*=};; esac; done\n";
    if (!results.empty()) script << "cat >\"$out\" <<'END'\n" << results << "\nEND\n";
    script << "exit " << status << "\n";
    script.close();
    chmod(path.c_str(), 0755);
    return path;
  }

  static Execution Execute(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {std::getenv("PROGRAM")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Execution run;
    const runner::ChildEnd end = runner::RunChild(
        command, std::nullopt, [&run](std::string_view text) { run.output += text; });
    if (end.kind == runner::ChildEnd::Kind::kExited) run.status = end.value;
    return run;
  }
};

#define EXPECT_CONTAINS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(ReportProgram, MeasuresAndWritesThePageAndTheResults) {
  const Execution run = Execute({"--bench=" + StandIn(kResults), "--bench=--sim=x", "--out", "page",
                                 "--benchmark_filter=minimal"});
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_CONTAINS(run.output, "arguments: --sim=x --benchmark_filter=minimal --benchmark_out=");
  EXPECT_CONTAINS(run.output, "report: " + Path("page/index.html"));
  EXPECT_CONTAINS(Contents("page/index.html"), "data-name=\"minimal/enable\" data-value=\"12\"");
  EXPECT_EQ(Contents("page/results.json"), std::string(kResults) + "\n");
}

TEST_F(ReportProgram, ComparesWithASavedRun) {
  Write("old.json", R"({"benchmarks": [{"name": "el2/minimal/enable", "target": "el2",
                     "instructions": 10, "cpu_time": 12, "time_unit": "ns"}]})");
  const Execution run =
      Execute({"--bench=" + StandIn(kResults), "--out=page", "--compare", "old.json"});
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_CONTAINS(Contents("page/index.html"), "+20.0 %");
}

TEST_F(ReportProgram, ShowsASavedRunWithoutMeasuring) {
  Write("saved.json", kResults);
  const Execution run = Execute({"--from=saved.json", "--out=page"});
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_CONTAINS(Contents("page/index.html"), "data-value=\"12\"");
  EXPECT_FALSE(std::filesystem::exists(Path("page/results.json")));
}

TEST_F(ReportProgram, FailsButShowsTheRestWhenATargetFails) {
  const Execution run = Execute({"--bench=" + StandIn(kResults, 1), "--out=page"});
  EXPECT_EQ(run.status, 1);
  EXPECT_CONTAINS(run.output, "report: not everything was measured");
  EXPECT_CONTAINS(Contents("page/index.html"), "data-value=\"12\"");
}

TEST_F(ReportProgram, KeepsThePageAndTheResultsWhenNothingIsMeasured) {
  EXPECT_EQ(Execute({"--bench=" + StandIn(kResults), "--out=page"}).status, 0);
  const std::string page = Contents("page/index.html");
  const Execution run = Execute({"--bench=" + StandIn("", 1), "--out=page"});
  EXPECT_EQ(run.status, 1);
  EXPECT_CONTAINS(run.output, "report: nothing was measured");
  EXPECT_EQ(Contents("page/index.html"), page);
  EXPECT_EQ(Contents("page/results.json"), std::string(kResults) + "\n");
}

TEST_F(ReportProgram, SaysWhatIsWrongBeforeItMeasures) {
  const std::string bench = "--bench=" + StandIn(kResults);
  for (const auto& [arguments, why] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{bench, "--out=/dev/null/page"},
            "report: cannot write '/dev/null/page/index.html': Not a directory\n"},
           {{bench, "--out=page", "--compare=none"},
            "report: cannot read '" + Path("none") + "'\n"},
           {{bench, "--out=page", "--compare=bench"},
            "report: '" + Path("bench") +
                "' is no saved run: byte 0: syntax error while parsing value - invalid literal; "
                "last read: "
                "'#'\n"}}) {
    const Execution run = Execute(arguments);
    EXPECT_EQ(run.status, 1);
    EXPECT_EQ(run.output, why);
  }
}

TEST_F(ReportProgram, RefusesWhatItDoesNotUnderstand) {
  const std::string bench = "--bench=" + StandIn(kResults);
  for (const auto& [arguments, why] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{bench}, "--out is missing; --help lists the options"},
           {{bench, "--out"}, "--out needs a value: --out=DIR"},
           {{bench, "--out=page", "--frobnicate=1"},
            "unknown option '--frobnicate=1'; --help lists the options"},
           {{bench, "--out=page", "x"}, "unexpected argument 'x'; --help lists the options"},
           {{"--out=page"}, "nothing to measure with: --bench or --from is missing"}}) {
    const Execution run = Execute(arguments);
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(run.output, "report: " + why + '\n');
  }
}

TEST_F(ReportProgram, HelpListsTheOptions) {
  const Execution run = Execute({"--help"});
  EXPECT_EQ(run.status, 0);
  EXPECT_CONTAINS(run.output, "\n  --compare=OLD.json  show changes since a saved run\n");
}

}  // namespace
}  // namespace trivet::bench::report
