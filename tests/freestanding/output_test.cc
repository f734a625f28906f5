// The freestanding library prints what GoogleTest prints, line by line, and ends with the same
// status.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <regex>
#include <string>
#include <vector>

namespace {

struct Execution {
  std::vector<std::string> lines;  // Without times.
  int status = -1;
};

/// What differs by design: times, and the line GoogleTest's own main prints.
bool Normalize(std::string& line) {
  static const std::regex times(R"( \(\d+ ms( total)?\))");
  line = std::regex_replace(line, times, " (0 ms$1)");
  return !line.starts_with("Running main() from") && !line.starts_with("[ PROPERTY ]");
}

Execution Execute(const std::string& binary) {
  // Bazel's own settings (shard, filter, XML file) are for this test, not for the one it starts.
  const std::string command = "env -i " + binary + " 2>&1";
  Execution run;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return run;
  std::string line;
  for (int c; (c = std::fgetc(pipe)) != EOF;) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    if (Normalize(line)) run.lines.push_back(line);
    line.clear();
  }
  const int status = pclose(pipe);
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return run;
}

Execution Sample(const std::string& name) { return Execute("tests/freestanding/" + name); }

void ExpectSameOutput(const std::string& sample, int status) {
  const Execution theirs = Sample(sample + "_googletest");
  const Execution ours = Sample(sample + "_freestanding");
  EXPECT_EQ(theirs.status, status);
  EXPECT_EQ(ours.status, status);
  ASSERT_GT(theirs.lines.size(), 10u);
  EXPECT_EQ(ours.lines.size(), theirs.lines.size());
  for (std::size_t i = 0; i < std::min(ours.lines.size(), theirs.lines.size()); ++i) {
    ASSERT_EQ(ours.lines[i], theirs.lines[i]) << "line " << i;
  }
}

TEST(FreestandingGtest, PrintsPassingTestsLikeGoogleTest) { ExpectSameOutput("passing", 0); }
TEST(FreestandingGtest, PrintsFailuresLikeGoogleTest) { ExpectSameOutput("failing", 1); }

TEST(FreestandingGtest, FailsWhenNoTestIsLinkedIn) {
  const Execution run = Sample("empty_freestanding");
  EXPECT_EQ(run.status, 1);
  ASSERT_FALSE(run.lines.empty());
  EXPECT_EQ(run.lines.back(), "gtest: no test is linked into this image");
}

}  // namespace
