// SPDX-License-Identifier: Apache-2.0 OR MIT
// The command line of //tools/registers. Argument: the program.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <string>

namespace {

std::string program;

struct Outcome {
  int status;
  std::string output;
};

Outcome RunProgram(const std::string& arguments) {
  FILE* pipe = popen((program + " " + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {-1, ""};
  Outcome outcome{};
  char buffer[4096];
  while (const std::size_t size = fread(buffer, 1, sizeof(buffer), pipe)) {
    outcome.output.append(buffer, size);
  }
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

TEST(Registers, DecodesAValue) {
  const Outcome outcome = RunProgram("--decode HCR_EL2=0x80080019");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.output.starts_with("HCR_EL2 = 0x80080019\n  31     RW")) << outcome.output;
}

TEST(Registers, DecodesTheLayoutThatIsAskedFor) {
  EXPECT_NE(RunProgram("--decode CPTR_EL2=0x400").output.find("TFP"), std::string::npos);
  EXPECT_NE(RunProgram("--e2h --decode CPTR_EL2=0x300000").output.find("FPEN"), std::string::npos);
}

TEST(Registers, AnswersBadInputWithOneLineAndAStatus) {
  for (const char* arguments :
       {"--decode", "--decode HCR_EL2", "--decode NO_SUCH=1", "--decode HCR_EL2=", "--bogus",
        "--decode HCR_EL2=0x10000000000000000", "", "--decode HCR_EL2=1x", "--decode HCR_EL2=-1"}) {
    const Outcome outcome = RunProgram(arguments);
    EXPECT_EQ(outcome.status, 2) << arguments;
    EXPECT_TRUE(outcome.output.starts_with("registers: ")) << outcome.output;
    EXPECT_EQ(outcome.output.find('\n'), outcome.output.size() - 1) << outcome.output;
  }
}

TEST(Registers, PrintsTheWholeDescriptions) {
  EXPECT_TRUE(RunProgram("--json").output.starts_with("{\"registers\":["));
  EXPECT_TRUE(RunProgram("--markdown").output.starts_with("# Register reference"));
  EXPECT_NE(RunProgram("--list").output.find("HCR_EL2 S3_4_C1_C1_0 RW"), std::string::npos);
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  program = argc > 1 ? argv[1] : "";
  return RUN_ALL_TESTS();
}
