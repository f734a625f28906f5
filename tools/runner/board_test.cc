// SPDX-License-Identifier: Apache-2.0 OR MIT
// The whole program against a stand-in for a board at the other end of a pseudo-terminal.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tools/runner/testing/fake_board.h"
#include "tools/runner/testing/process.h"
#include "tools/runner/testing/pty.h"

namespace trivet::runner {
namespace {

using testing::FakeBoard;
using testing::Finished;
using testing::Process;
using testing::Pty;

int NowMs() {
  static const auto start = std::chrono::steady_clock::now();
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(
                              std::chrono::steady_clock::now() - start)
                              .count());
}

/// A FakeBoard in a thread, on a pseudo-terminal. At its prompt it repeats the prompt from when the
/// runner has opened the device until the first byte arrives, since the runner types nothing to a
/// silent board for 2 s.
class Board {
 public:
  explicit Board(FakeBoard::Config config)
      : greeting_(config.autoboot_ms < 0 ? "\r\n" + config.prompt : ""),
        board_(std::move(config)),
        thread_([this] { Run(); }) {}
  ~Board() {
    stop_ = true;
    thread_.join();
  }
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  Pty& pty() { return pty_; }
  std::atomic<bool> unplug = false;

 private:
  void Run() {
    char buffer[1024];
    while (!stop_) {
      const std::string output = board_.Output();
      if (!output.empty()) EXPECT_GT(write(pty_.master(), output.data(), output.size()), 0);
      pollfd events = {pty_.master(), POLLIN, 0};
      const auto timer = board_.Timer();
      if (timer && *timer <= NowMs()) board_.Tick(NowMs());
      if (poll(&events, 1, 5) <= 0) {
        Greet();
        continue;
      }
      greeting_.clear();
      const auto size = read(pty_.master(), buffer, sizeof(buffer));
      for (long i = 0; i < size; ++i) board_.Input(buffer[i], NowMs());
      if (unplug) {
        pty_.Unplug();
        return;
      }
    }
  }

  void Greet() {
    struct termios settings;
    tcgetattr(pty_.kept(), &settings);
    const bool opened = settings.c_lflag == 0;
    if (!opened || greeting_.empty()) return;
    EXPECT_GT(write(pty_.master(), greeting_.data(), greeting_.size()), 0);
  }

  std::string greeting_;
  Pty pty_;
  FakeBoard board_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

std::vector<std::string> Command(const std::string& serial, const std::vector<std::string>& rest) {
  const std::string image = testing::TestPath("image.img");
  std::ofstream(image) << std::string(5000, 'i');
  std::vector<std::string> command = {
      getenv("RUNNER"), "--qemu", "/none",  "--machine",         "/none", "--image", image,
      "--timeout",      "60",     "--user", "--serial=" + serial};
  command.insert(command.end(), rest.begin(), rest.end());
  return command;
}

Finished RunOn(Board& board, const std::vector<std::string>& rest = {}) {
  return testing::RunToEnd(Command(board.pty().device(), rest));
}

/// The last line on standard error.
std::string LastLine(const Finished& run) {
  const std::string text = run.errors.substr(0, run.errors.size() - 1);
  return text.substr(text.rfind('\n') + 1);
}

TEST(OnABoard, TheConsoleAndTheStatusAreTheImages) {
  Board board({});
  const Finished run = RunOn(board, {"argument"});
  EXPECT_EQ(run.status, 0) << run.errors;
  EXPECT_TRUE(run.output.ends_with("hello\r\nTRIVET-IMAGE: PASS\r\nTRIVET-IMAGE: STATUS 0\r\n"));
  EXPECT_EQ(run.output.find("printenv"), run.output.npos);
  EXPECT_NE(run.errors.find("100 %"), run.errors.npos);
}

TEST(OnABoard, TheLoadersConsoleIsShownOnRequest) {
  Board board({});
  EXPECT_NE(RunOn(board, {"--console"}).output.find("printenv kernel_addr_r"), std::string::npos);
}

TEST(OnABoard, AFailureIsPassedOn) {
  Board board({.run = "TRIVET-IMAGE: STATUS 9\r\n"});
  const Finished run = RunOn(board);
  EXPECT_EQ(run.status, 9);
  EXPECT_EQ(LastLine(run), "runner: the guest stopped with status 9");
}

TEST(OnABoard, AHangIsATimeOutWithTheLastLines) {
  bool shown = false;
  for (int limit = 1; !shown && limit < 60; limit *= 4) {  // A busy machine may need more than 1 s.
    Board board({.run = "last words\r\n"});
    const Finished run = RunOn(board, {"--timeout=" + std::to_string(limit)});
    EXPECT_EQ(run.status, 124);
    EXPECT_EQ(LastLine(run), "runner: guest did not stop within " + std::to_string(limit) + "s");
    shown = run.errors.find("  | last words\n") != run.errors.npos;
  }
  EXPECT_TRUE(shown);
}

TEST(OnABoard, AnUnknownCommandOfTheUsersIsSaid) {
  Board board({});
  const Finished run = RunOn(board, {"--u-boot=frobnicate now"});
  EXPECT_EQ(run.status, 125);
  EXPECT_EQ(LastLine(run), "runner: this U-Boot has no command 'frobnicate now'");
}

TEST(OnABoard, ARestartIsSaid) {
  Board board({.run = "working\r\n\r\nU-Boot 2025.01 (x)\r\n"});
  const Finished run = RunOn(board);
  EXPECT_EQ(run.status, 126);
  EXPECT_EQ(LastLine(run),
            "runner: the board restarted before the image was done: 'U-Boot 2025.01 (x)'");
}

TEST(OnABoard, NoPromptIsSaid) {
  Board board({.boot_ms = 100'000'000, .autoboot_ms = 1});
  const Finished run = RunOn(board, {"--wait=1"});
  EXPECT_EQ(run.status, 125);
  EXPECT_EQ(LastLine(run), "runner: no prompt within 1 s: the line is silent; reset the board");
}

TEST(OnABoard, AChecksumThatNeverMatchesIsSaid) {
  Board board({.bad_memory = true});
  const Finished run = RunOn(board);
  EXPECT_EQ(run.status, 125);
  EXPECT_TRUE(LastLine(run).starts_with("runner: the image could not be loaded")) << LastLine(run);
}

TEST(OnABoard, AMissingDeviceIsSaid) {
  const Finished run = testing::RunToEnd(Command("/dev/none", {}));
  EXPECT_EQ(run.status, 125);
  EXPECT_EQ(run.errors, "runner: no serial device at '/dev/none'\n");
}

TEST(OnABoard, UnpluggingInTheMiddleIsSaid) {
  Board board({});
  board.unplug = true;
  const Finished run = RunOn(board);
  EXPECT_EQ(run.status, 125);
  EXPECT_TRUE(LastLine(run).ends_with("was unplugged or hung up")) << LastLine(run);
}

TEST(OnABoard, ArgumentsThatCannotBeGivenAreSaidAtOnce) {
  const Finished run = testing::RunToEnd(Command("/dev/none", {"two words"}));
  EXPECT_EQ(run.status, 125);
  EXPECT_TRUE(run.errors.starts_with("runner: the argument 'two words' cannot be given"));
}

TEST(OnABoard, SignalsLeaveTheTerminalAsItWas) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    Board board({.boot_ms = 100'000'000, .autoboot_ms = 1});
    struct termios before, during, after;
    tcgetattr(board.pty().kept(), &before);
    Process runner(Command(board.pty().device(), {}), -1, -1, -1);
    do {
      usleep(10'000);
      tcgetattr(board.pty().kept(), &during);
    } while (during.c_lflag != 0);
    runner.Signal(signal);
    EXPECT_EQ(runner.Wait(), 128 + signal);
    tcgetattr(board.pty().kept(), &after);
    EXPECT_EQ(before.c_lflag, after.c_lflag);
    EXPECT_EQ(before.c_iflag, after.c_iflag);
    EXPECT_EQ(before.c_cflag, after.c_cflag);
  }
}

// --out=DIR

std::string OutFolder(const std::string& name) {
  const std::string folder = testing::TestPath(name);
  std::filesystem::remove_all(folder);
  return folder;
}

std::vector<std::string> OutCommand(const std::string& folder, std::vector<std::string> rest) {
  std::vector<std::string> command = Command("x", {});
  command.back() = "--out=" + folder;
  command.insert(command.end(), rest.begin(), rest.end());
  return command;
}

TEST(Out, WritesWhatLoadersLookForAndSaysWhatToType) {
  const std::string folder = OutFolder("sd/card");
  const Finished run = testing::RunToEnd(OutCommand(folder, {"--filter=a"}));
  EXPECT_EQ(run.status, 0) << run.errors;
  const std::string image(5000, 'i');
  for (const char* name : {"image.img", "kernel8.img", "EFI/BOOT/BOOTAA64.EFI"}) {
    EXPECT_EQ(testing::ReadFile(folder + "/" + name), image) << name;
  }
  EXPECT_EQ(testing::ReadFile(folder + "/cmdline.txt"), "--filter=a\n");
  EXPECT_NE(testing::ReadFile(folder + "/config.txt").find("arm_64bit=1\n"), std::string::npos);
  const std::string readme = testing::ReadFile(folder + "/README.txt");
  EXPECT_TRUE(run.output.starts_with(readme));
  EXPECT_NE(readme.find("fatload mmc 0:1 ${kernel_addr_r} image.img\n"), readme.npos);
  EXPECT_NE(readme.find("crc32 ${kernel_addr_r} 1388"), readme.npos) << readme;
  EXPECT_NE(readme.find("setenv bootargs '--filter=a'\n"), readme.npos);
}

TEST(Out, WithoutArgumentsTheBoardsAreRemoved) {
  const std::string folder = OutFolder("none");
  EXPECT_EQ(testing::RunToEnd(OutCommand(folder, {})).status, 0);
  EXPECT_NE(testing::ReadFile(folder + "/README.txt").find("    setenv bootargs\n"),
            std::string::npos);
}

TEST(Out, WhatIsNotTrivetsIsLeftAlone) {
  const std::string folder = OutFolder("other");
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/config.txt") << "dtparam=audio=on\n";
  const Finished run = testing::RunToEnd(OutCommand(folder, {}));
  EXPECT_EQ(run.status, 125);
  EXPECT_EQ(run.errors, "runner: '" + folder +
                            "/config.txt' is there and not Trivet's: give a folder of its own\n");
  EXPECT_FALSE(std::filesystem::exists(folder + "/image.img"));
}

TEST(Out, AFolderThatCannotBeWritten) {
  const Finished run = testing::RunToEnd(OutCommand("/proc/none", {}));
  EXPECT_EQ(run.status, 125);
  EXPECT_TRUE(run.errors.starts_with("runner: cannot write '/proc/none/")) << run.errors;
}

}  // namespace
}  // namespace trivet::runner
