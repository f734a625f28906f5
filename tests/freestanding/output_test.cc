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

/// What differs by design: times, what main prints, the console's line ends.
bool Normalize(std::string& line) {
  static const std::regex times(R"( \(\d+ ms( total)?\))");
  line = std::regex_replace(line, times, " (0 ms$1)");
  if (line.ends_with('\r')) line.pop_back();
  return !line.starts_with("Running main() from") && !line.starts_with("TRIVET-IMAGE:");
}

Execution Execute(const std::string& command) {
  Execution run;
  // Bazel's own settings (shard, filter, XML file) are for this test, not for the one it starts.
  FILE* const pipe = popen(("env -i " + command).c_str(), "r");
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

const std::string kFolder = "tests/freestanding/";

Execution Theirs(const std::string& sample) { return Execute(kFolder + sample + "_googletest"); }

/// On the host, or at EL2 through the runner: the BUILD file says how.
Execution Ours(const std::string& sample) {
  return Execute(std::string(std::getenv("RUN")) + ' ' + kFolder + sample + std::getenv("SUFFIX"));
}

void ExpectSameOutput(const std::string& sample, int status) {
  const Execution theirs = Theirs(sample);
  const Execution ours = Ours(sample);
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
  const Execution run = Ours("empty");
  EXPECT_EQ(run.status, 1);
  ASSERT_FALSE(run.lines.empty());
  EXPECT_EQ(run.lines.back(), "gtest: no test is linked into this image");
}

}  // namespace
