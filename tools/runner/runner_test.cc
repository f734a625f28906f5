// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "gtest/gtest.h"

// Runs the whole program against shell scripts that stand in for QEMU.
namespace {

namespace fs = std::filesystem;

struct Result {
  int status = -1;
  std::string console;  ///< standard output
  std::string message;  ///< standard error
};

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class RunnerTest : public testing::Test {
 protected:
  RunnerTest() : folder_(fs::path(testing::TempDir()) / UnitName()) {
    fs::create_directories(folder_);
    Write("machine", "-M virt -cpu max\n");
    Write("image.img", "image");
  }
  ~RunnerTest() override { fs::remove_all(folder_); }

  static std::string UnitName() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  void WriteQemu(const std::string& script) {
    Write("qemu", "#!/bin/sh\n" + script + "\n");
    fs::permissions(folder_ / "qemu", fs::perms::owner_all);
  }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }

  std::string Command(const std::string& options) const {
    return "exec " + std::string(getenv("RUNNER")) + " --qemu " + Path("qemu") + " --machine " +
           Path("machine") + " --image " + Path("image.img") + " " + options + " >" + Path("out") +
           " 2>" + Path("err");
  }

  Result Finish(int wait_status) const {
    return {WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1, ReadFile(folder_ / "out"),
            ReadFile(folder_ / "err")};
  }

  Result Run(const std::string& options) const { return Finish(system(Command(options).c_str())); }

  /// Returns when the stand-in has written its process id, however slow the machine is.
  void WaitForQemu() const {
    while (!ReadFile(folder_ / "pid").ends_with('\n')) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  /// A stand-in that writes down its process number, starts a child of its own and never ends.
  std::string Hanging() const {
    return "sleep 1000 & echo $! >" + Path("grandchild") + "\necho $$ >" + Path("pid") +
           "\necho hello from the guest\nwait";
  }

  bool AnyLeft() const {
    for (const char* file : {"pid", "grandchild"}) {
      const pid_t pid = static_cast<pid_t>(std::stoi(ReadFile(folder_ / file)));
      for (int i = 0; i < 1000 && kill(pid, 0) == 0 && !IsZombie(pid); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      if (kill(pid, 0) == 0 && !IsZombie(pid)) return true;
    }
    return false;
  }

 private:
  /// Orphans stay as zombies where no init collects them.
  static bool IsZombie(pid_t pid) {
    const std::string stat = ReadFile("/proc/" + std::to_string(pid) + "/stat");
    const auto end = stat.rfind(')');
    return end != std::string::npos && stat.substr(end, 3) == ") Z";
  }

  fs::path folder_;
};

constexpr char kPass[] = "printf 'running\\r\\nTRIVET-IMAGE: PASS\\r\\n'";

TEST_F(RunnerTest, PassNeedsStatusZeroAndTheLine) {
  WriteQemu(kPass);
  const Result result = Run("--require-pass --timeout 20");
  EXPECT_EQ(result.status, 0) << result.message;
  EXPECT_EQ(result.console, "running\r\nTRIVET-IMAGE: PASS\r\n");
  EXPECT_EQ(result.message, "");
}

TEST_F(RunnerTest, StatusZeroWithoutTheLineFails) {
  WriteQemu("echo 'not TRIVET-IMAGE: PASS'");
  const Result result = Run("--require-pass");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.message,
            "runner: the guest stopped with status 0 but never printed 'TRIVET-IMAGE: PASS'\n");
}

TEST_F(RunnerTest, TheLineDoesNotExcuseAStatus) {
  WriteQemu(std::string(kPass) + "; exit 1");
  const Result result = Run("--require-pass");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.message,
            "runner: the guest stopped with status 1 although it printed 'TRIVET-IMAGE: PASS'\n");
}

TEST_F(RunnerTest, GuestStatusIsPassedOn) {
  WriteQemu("exit 3");
  EXPECT_EQ(Run("").status, 3);
  EXPECT_EQ(Run("--require-pass").message, "runner: the guest stopped with status 3\n");
}

TEST_F(RunnerTest, WithoutRequirePassStatusZeroIsEnough) {
  WriteQemu("echo done");
  EXPECT_EQ(Run("").status, 0);
}

TEST_F(RunnerTest, AFailureCanBeWhatIsExpected) {
  WriteQemu("echo refused; exit 102");
  EXPECT_EQ(Run("--require-line refused --require-status 102").status, 0);
  EXPECT_EQ(Run("--require-line accepted --require-status 102").message,
            "runner: the guest stopped with status 102 but never printed 'accepted'\n");
  EXPECT_EQ(Run("--require-line refused").status, 102);
  WriteQemu("echo refused");
  const Result result = Run("--require-line refused --require-status 102");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.message,
            "runner: the guest stopped with status 0, not 102, although it printed 'refused'\n");
}

TEST_F(RunnerTest, HangingGuestIsStoppedAfterItsConsoleIsShown) {
  WriteQemu(Hanging());
  Result result;
  int limit = 1;  // In seconds; a busy machine may need more to print the line.
  for (; result.console.empty() && limit < 60; limit *= 4) {
    result = Run("--require-pass --timeout " + std::to_string(limit));
    EXPECT_EQ(result.status, 124);
    EXPECT_EQ(result.message, "runner: guest did not stop within " + std::to_string(limit) + "s\n");
  }
  EXPECT_EQ(result.console, "hello from the guest\n");
  EXPECT_FALSE(AnyLeft());
}

TEST_F(RunnerTest, UnfinishedLastLineIsEnded) {
  WriteQemu("printf 'no newline'; exit 5");
  EXPECT_EQ(Run("").console, "no newline\n");
}

TEST_F(RunnerTest, DeathBySignalIsNamed) {
  WriteQemu("kill -SEGV $$");
  const Result result = Run("--require-pass");
  EXPECT_EQ(result.status, 128 + SIGSEGV);
  EXPECT_TRUE(result.message.starts_with("runner: QEMU died by signal: ")) << result.message;
}

TEST_F(RunnerTest, MissingFilesAreNamed) {
  Result result = Run("");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.message, "runner: no QEMU at '" + Path("qemu") + "'\n");

  WriteQemu("");
  fs::remove(Path("image.img"));
  EXPECT_EQ(Run("").message, "runner: no image at '" + Path("image.img") + "'\n");
  Write("image.img", "");
  result = Run("");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.message, "runner: the image '" + Path("image.img") + "' is empty\n");

  Write("image.img", "image");
  fs::remove(Path("machine"));
  EXPECT_EQ(Run("").message, "runner: no machine file at '" + Path("machine") + "'\n");
}

TEST_F(RunnerTest, QemuThatIsNoProgramIsNamed) {
  Write("qemu",
        "\x7f"
        "ELF this is no program");
  fs::permissions(Path("qemu"), fs::perms::owner_all);
  const Result result = Run("");
  EXPECT_EQ(result.status, 125);
  EXPECT_TRUE(result.message.starts_with("runner: QEMU cannot be executed: ")) << result.message;
}

TEST_F(RunnerTest, BadArgumentsAreNamed) {
  WriteQemu("");
  EXPECT_EQ(Run("--timeout soon").message, "runner: --timeout needs a number, not 'soon'\n");
  EXPECT_EQ(Run("--fast").message, "runner: unknown option '--fast'; --help lists the options\n");
  EXPECT_EQ(Run("--fast").status, 125);
}

TEST_F(RunnerTest, QemuGetsTheMachineTheImageAndTheGuestsArguments) {
  WriteQemu("for a in \"$@\"; do echo \"[$a]\"; done");
  const std::string console = Run("--cpu cortex-a72 --icount -- --filter=a,b 'two words'").console;
  for (const char* words :
       {"[-M]\n[virt]\n", "[-cpu]\n[cortex-a72]\n", "[-icount]\n[shift=0,sleep=off]\n",
        "[-serial]\n[stdio]\n", "[-no-reboot]\n",
        "[enable=on,target=native,arg=image.img,arg=--filter=a,,b,arg=two words]\n"}) {
    EXPECT_NE(console.find(words), std::string::npos) << words << "is not in\n" << console;
  }
}

TEST_F(RunnerTest, StandardInputIsNotTheGuests) {
  WriteQemu("cat; echo end");
  EXPECT_EQ(Run("</dev/zero").console, "end\n");
}

TEST_F(RunnerTest, AnInteractiveGuestHasStandardInput) {
  WriteQemu("cat; for a in \"$@\"; do echo \"[$a]\"; done");
  Write("typed", "ls\n");
  const std::string console = Run("--interactive <" + Path("typed")).console;
  EXPECT_TRUE(console.starts_with("ls\n")) << console;
  EXPECT_NE(console.find("[-serial]\n[mon:stdio]\n"), std::string::npos) << console;
  EXPECT_EQ(console.find("[-monitor]"), std::string::npos);
}

TEST_F(RunnerTest, WithoutSemihostingArgumentsAreTheKernels) {
  WriteQemu("for a in \"$@\"; do echo \"[$a]\"; done");
  const std::string console = Run("--no-semihosting -- quiet a=b,c").console;
  for (const char* words :
       {"[-semihosting-config]\n[enable=off]\n", "[-append]\n[quiet a=b,c]\n"}) {
    EXPECT_NE(console.find(words), std::string::npos) << words << "is not in\n" << console;
  }
}

TEST_F(RunnerTest, FilesTakeThePlacesOfTheirNames) {
  WriteQemu("for a in \"$@\"; do echo \"[$a]\"; done");
  Write("disk,1", "disk");
  const std::string file = " --file disk=" + Path("disk,1");
  const std::string console = Run(file + " --boot 'x,file={disk},y' --boot {disk}").console;
  EXPECT_NE(console.find("disk,,1,y]\n[" + Path("disk,1") + "]\n"), std::string::npos) << console;
  EXPECT_EQ(Run("--file kernel=" + Path("none")).message,
            "runner: no kernel at '" + Path("none") + "'\n");
  EXPECT_EQ(Run("--file kernel").message, "runner: --file needs NAME=PATH\n");
}

TEST_F(RunnerTest, TheBootLoaderIsDriven) {
  WriteQemu("printf 'any key'; read key; printf '=> '; read command; echo \"[$key][$command]\"; " +
            std::string(kPass));
  const Result result =
      Run("--require-pass --expect 'any key' --send 'x\n' --expect '=> ' --send 'go\n'");
  EXPECT_EQ(result.status, 0) << result.message;
  EXPECT_NE(result.console.find("[x][go]"), std::string::npos) << result.console;
}

TEST_F(RunnerTest, WhatTheBootLoaderNeverSaidIsNamed) {
  WriteQemu("echo starting; sleep 1000");
  EXPECT_EQ(Run("--timeout 1 --expect '=> ' --send go").message,
            "runner: guest did not stop within 1s; the boot loader never said '=> '\n");
}

TEST_F(RunnerTest, ABootLoaderThatDiesWhileItIsTypedToIsNamed) {
  WriteQemu("exec <&-; echo prompt; sleep 0.3; exit 4");
  EXPECT_EQ(Run("--expect prompt --send go").status, 4);
}

TEST_F(RunnerTest, ALoaderIsGivenItsPathsInPlaceOfTheKernelOption) {
  WriteQemu("for a in \"$@\"; do echo \"[$a]\"; done");
  Write("loader,1", "loader");
  const std::string console =
      Run("--firmware " + Path("loader,1") +
          " --esp /esp,2 --boot -bios --boot {firmware} --boot file=fat:{esp},x={image}")
          .console;
  for (const std::string& words :
       {"[-bios]\n[" + Path("loader,1") + "]\n", std::string("[file=fat:/esp,,2,x=")}) {
    EXPECT_NE(console.find(words), std::string::npos) << words << "is not in\n" << console;
  }
  EXPECT_EQ(console.find("[-kernel]"), std::string::npos);
}

TEST_F(RunnerTest, MissingBootLoaderIsNamed) {
  WriteQemu("");
  EXPECT_EQ(Run("--firmware " + Path("none")).message,
            "runner: no boot loader at '" + Path("none") + "'\n");
}

TEST_F(RunnerTest, MuchOutputComesThroughWhole) {
  WriteQemu("head -c 3000000 /dev/zero | tr '\\0' x; echo; " + std::string(kPass));
  const Result result = Run("--require-pass");
  EXPECT_EQ(result.status, 0) << result.message;
  EXPECT_EQ(result.console.find_first_not_of('x'), 3'000'000u);
}

TEST_F(RunnerTest, SignalsLeaveNothingBehind) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    fs::remove(Path("pid"));
    WriteQemu(Hanging());
    const pid_t runner = fork();
    if (runner == 0) {
      execl("/bin/sh", "sh", "-c", Command("--timeout 60").c_str(), nullptr);
      _exit(127);
    }
    WaitForQemu();
    kill(runner, signal);
    int status;
    waitpid(runner, &status, 0);
    EXPECT_EQ(Finish(status).status, 128 + signal);
    EXPECT_FALSE(AnyLeft()) << "after signal " << signal;
  }
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) return 2;
  setenv("RUNNER", fs::absolute(argv[1]).c_str(), 1);
  return RUN_ALL_TESTS();
}
