// SPDX-License-Identifier: Apache-2.0 OR MIT
// The program: output and exit status, above all for malformed input.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Finished {
  int status;
  std::string output;  ///< Standard output and standard error.
};

/// Runs the program with `arguments`.
Finished Lab(const std::string& arguments) {
  const std::string command = std::string(std::getenv("LAB")) + " " + arguments + " 2>&1";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  Finished run = {.status = -1, .output = {}};
  char buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    run.output.append(buffer, n);
  }
  run.status = WEXITSTATUS(::pclose(pipe));
  return run;
}

std::string FileWith(const std::string& name, const std::string& text) {
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

constexpr char kGood[] =
    "# elx-trace 1\n"
    "W el2h HCR_EL2 0x80000000\n"
    "W el2h VBAR_EL2 0x40200000\n"
    "X el1h hvc 0x12 => EL2+400 esr=5a000012 elr=40100004 spsr=3c5\n";

Finished Replay(const std::string& arguments) { return Lab("replay " + arguments); }

/// Expects one line on the terminal and status 2.
void ExpectRefusal(const Finished& run, const std::string& text) {
  EXPECT_EQ(run.status, 2) << run.output;
  EXPECT_THAT(run.output, HasSubstr(text));
  EXPECT_EQ(run.output.find('\n'), run.output.size() - 1) << "one line";
}

TEST(LabReplay, CountsPerFileAndInTotal) {
  const std::string path = FileWith("good.elx", kGood);
  const Finished run = Replay("--cpu max " + path + " " + path);
  EXPECT_EQ(run.status, 0);
  const std::string one = path + ": checked=1 skipped=0 disagreements=0\n";
  EXPECT_EQ(run.output, one + one + "total: checked=2 skipped=0 disagreements=0\n");
}

TEST(LabReplay, ADisagreementIsPrintedWithLineExpectedAndGot) {
  const std::string path = FileWith(
      "wrong.elx", std::string(kGood) + "X el1h hvc 0x1 => EL2+600 esr=5a000001 elr=40100004\n");
  const Finished run = Replay("--cpu cortex-a72 --el3 " + path);
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, StartsWith(path + ":5: X el1h hvc 0x1 => EL2+600"));
  EXPECT_THAT(run.output, HasSubstr("got EL2+400"));
  EXPECT_THAT(run.output, EndsWith("total: checked=2 skipped=0 disagreements=1\n"));
}

TEST(LabReplay, AMalformedLineIsAnErrorWithItsNumber) {
  const std::string path = FileWith("malformed.elx", std::string(kGood) + "X el1h nop => maybe\n");
  ExpectRefusal(Replay("--cpu max " + path), path + ":5: malformed: not an outcome: \"maybe\"");
}

TEST(LabReplay, FilesThatCannotBeReadAreNamed) {
  ExpectRefusal(Replay("--cpu max /no/such.elx"), "/no/such.elx: cannot be read");
  ExpectRefusal(Replay("--cpu max /"), "/: cannot be read");
  const std::string empty = FileWith("empty.elx", "");
  ExpectRefusal(Replay("--cpu max " + empty), empty + ": is empty");
  const std::string silent = FileWith("silent.elx", "# elx-trace 1\nW el2h HCR_EL2 0x0\n");
  ExpectRefusal(Replay("--cpu max " + silent), silent + ": no line of it states an outcome");
}

TEST(LabReplay, AnArchiveCutShortAnywhereIsDamaged) {
  std::ifstream file("lab/golden/t3_el2.max_v8.5.elx.gz", std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  ASSERT_EQ(Replay("--cpu max " + FileWith("whole.gz", whole)).status, 0);
  for (const std::size_t size : {std::size_t{2}, std::size_t{12}, whole.size() / 2,
                                 whole.size() - 9, whole.size() - 4, whole.size() - 1}) {
    const std::string path = FileWith("cut.gz", whole.substr(0, size));
    ExpectRefusal(Replay("--cpu max " + path), path + ": damaged gzip data");
  }
  const std::string longer = FileWith("longer.gz", whole + "x");
  ExpectRefusal(Replay("--cpu max " + longer), "damaged gzip data");
}

TEST(LabReplay, WrongCommandLinesAreRefused) {
  ExpectRefusal(Replay(""), "usage: lab replay --cpu=NAME [--el3] FILE...");
  ExpectRefusal(Replay("--cpu max"), "usage:");
  ExpectRefusal(Replay("x"), "--cpu=NAME is missing");
  ExpectRefusal(Replay("--cpu max --el4 x"), "unknown option '--el4'");
  ExpectRefusal(Replay("--cpu cortex-m0 x"), "no CPU profile is called \"cortex-m0\"");
}

TEST(LabReplay, PathsAreTheUsersUnderBazelRun) {
  const std::string path = FileWith("relative.elx", kGood);
  ::setenv("BUILD_WORKING_DIRECTORY", std::getenv("TEST_TMPDIR"), 1);
  const Finished run = Replay("--cpu max relative.elx");
  ::unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(run.status, 0) << run.output;
}

TEST(LabScenarios, RefuseWhatIsNoScenarioFile) {
  const std::string path = FileWith("wrong.json", "{\"scenarios\": [");
  ExpectRefusal(Lab("scenarios " + path), path + ": byte 15: syntax error ");
  ExpectRefusal(Lab("scenarios"), "usage: lab scenarios FILE...");
}

TEST(LabScenarios, ReportByConfigurationAndInTotal) {
  const std::string path = FileWith("one.json", R"({"scenarios": [{"name": "el1_hvc", "setup":
      ["W el2h HCR_EL2 0x80000000"], "insn": "0xd4024682", "x1": "0x0"}], "results": {
      "qemu:max": {"el1_hvc": {"outcome": "exception", "target": "EL2", "vector": "0x600"}},
      "qemu:cortex-m0": {"el1_hvc": {"outcome": "completes"}}}})");
  const Finished run = Lab("scenarios " + path);
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("qemu:max: el1_hvc: vector expected 0x600, got 0x400;"));
  EXPECT_THAT(run.output, HasSubstr("qemu:max: checked=1 skipped=0 disagreements=1\n"));
  EXPECT_THAT(run.output, HasSubstr("qemu:cortex-m0: skipped: no CPU profile stands for it\n"));
  EXPECT_THAT(run.output, EndsWith("total: checked=1 skipped=1 disagreements=1\n"));
}

/// check-masks on one file, about max, with this entry for TPIDR_EL2.
Finished CheckMasksOf(const std::string& entry) {
  std::filesystem::create_directories(std::string(std::getenv("TEST_TMPDIR")) + "/masks");
  FileWith("masks/max.json", R"({"regs": {"TPIDR_EL2": )" + entry + "}}");
  return Lab("check-masks " + std::string(std::getenv("TEST_TMPDIR")) + "/masks");
}

TEST(LabMasks, CompareEveryRegisterThatAFileHas) {
  const std::string bits = R"("plain": {"rw": "0xffffffffffffffff", "rao": "0x0"})";
  const Finished same = CheckMasksOf(R"({"mrs": "ok", "msr": "ok", )" + bits + "}");
  EXPECT_EQ(same.status, 0) << same.output;
  EXPECT_THAT(same.output, HasSubstr("HCR_EL2.FIEN: nothing differs"));
  EXPECT_THAT(same.output, HasSubstr("masks: compared=1 "));
  const Finished absent = CheckMasksOf(R"({"mrs": "EL2", "msr": "EL2"})");
  EXPECT_EQ(absent.status, 1);
  EXPECT_THAT(absent.output, HasSubstr("TPIDR_EL2.(access): mrs is allowed here only"));
  const Finished narrow =
      CheckMasksOf(R"({"mrs": "ok", "plain": {"rw": "0xffff", "rao": "0x10000"}})");
  EXPECT_EQ(narrow.status, 1);
  EXPECT_THAT(narrow.output, HasSubstr("TPIDR_EL2.ThreadId: here rw=0xffffffffffffffff rao=0x0"));
}

TEST(LabCheck, NamesTheCheckThatFailed) {
  const std::string folder = std::getenv("TEST_TMPDIR");
  const Finished run = Lab("check " + folder + " masks facts");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.output,
              HasSubstr("arm_sysregs_fields.json: cannot be read\nlab check: facts FAILED"));
  EXPECT_THAT(run.output, EndsWith("no file about any profile\nlab check: masks FAILED\n"));
  ExpectRefusal(Lab("check " + folder + " fact"), "no check 'fact'");
}

TEST(Lab, ListsItsSubcommands) {
  EXPECT_EQ(Lab("--help").status, 0);
  EXPECT_THAT(Lab("--help").output, HasSubstr("\n  check-masks  compares the registers"));
  EXPECT_EQ(Lab("").status, 2);
  ExpectRefusal(Lab("play"), "no subcommand 'play'");
  const Finished help = Lab("replay --help");
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, HasSubstr("--cpu=NAME  a profile"));
}

}  // namespace
