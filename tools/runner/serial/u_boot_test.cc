// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/u_boot.h"

#include <string>

#include "gtest/gtest.h"
#include "tools/runner/testing/fake_board.h"
#include "tools/runner/testing/fake_line.h"

namespace trivet::runner {
namespace {

using testing::FakeBoard;
using testing::FakeLine;
using testing::FaultRates;

/// Connects to a board and keeps all parts of it.
struct Connection {
  explicit Connection(FakeBoard::Config config, UBoot::Options options = {}, FaultRates rates = {},
                      std::uint32_t seed = 1)
      : board(std::move(config)), line(board, rates, seed), wire(line), u_boot(wire, options) {}

  std::string Error() {
    const auto connected = u_boot.Connect();
    return connected ? "" : connected.error().message;
  }

  FakeBoard board;
  FakeLine line;
  Wire wire;
  UBoot u_boot;
};

TEST(UBoot, AnyPromptIsLearned) {
  for (const char* prompt :
       {"=> ", "U-Boot> ", "ZynqMP> ", "u-boot=> ", "#", "\x1b[1mx\x1b[0m$ "}) {
    Connection c({.prompt = prompt});
    EXPECT_EQ(c.Error(), "");
    EXPECT_EQ(c.u_boot.prompt(), prompt);
  }
}

TEST(UBoot, AutobootIsStopped) {
  for (const int countdown : {300, 2000}) {
    for (const int boot : {0, 5000}) {
      Connection c({.boot_ms = boot, .autoboot_ms = countdown});
      EXPECT_EQ(c.Error(), "");
      EXPECT_FALSE(c.board.autobooted());
    }
  }
}

TEST(UBoot, NoCommandIsRepeatedByAnEmptyLine) {
  Connection c({});
  ASSERT_EQ(c.Error(), "");
  ASSERT_TRUE(c.u_boot.Run("printenv kernel_addr_r"));
  EXPECT_EQ(c.Error(), "");
  EXPECT_FALSE(c.board.repeated());
}

TEST(UBoot, WhatIsWrongIsSaid) {
  FakeBoard::Config off = {.boot_ms = 1'000'000, .autoboot_ms = 1};
  EXPECT_EQ(Connection(off).Error(), "no prompt within 30 s: the line is silent; reset the board");
  FakeBoard::Config mute = {.missing = {"echo"}};
  EXPECT_EQ(Connection(mute, {.prompt = {}, .key = {}, .wait_seconds = 9}).Error().substr(0, 27),
            "no prompt within 9 s, only ");
  EXPECT_EQ(Connection({.prompt = "# "}, {.prompt = "=> "}).Error(),
            "the prompt is '# ', not '=> '");
  // A shell does not know `version`.
  Connection shell({.prompt = "$ ", .missing = {"version"}});
  EXPECT_EQ(shell.Error(), "");
}

// What was stopped in the middle of a packet, the receiver waits for the rest of.
TEST(UBoot, ATransferThatWasCutOffIsNoObstacle) {
  Connection c({});
  ASSERT_EQ(c.Error(), "");
  ASSERT_TRUE(c.wire.Write("loady\r\x02" + std::string(100, 'x')));
  ASSERT_TRUE(c.wire.Purge());
  EXPECT_EQ(c.Error(), "");
}

TEST(UBoot, TheLineGoesAway) {
  Connection c({});
  c.line.UnplugAt(0);
  EXPECT_EQ(c.Error(), "unplugged");
}

TEST(UBoot, AnswersComeBackWhole) {
  Connection c({.variables = {{"loadaddr", "0x80000"}}});
  ASSERT_EQ(c.Error(), "");
  EXPECT_EQ(*c.u_boot.Variable("loadaddr"), "0x80000");
  EXPECT_EQ(*c.u_boot.Variable("kernel_addr_r"), "");
  EXPECT_EQ(*c.u_boot.Run("version"), "U-Boot 2025.01 (Jan 01 2025)\n\naarch64-gcc\n");
  EXPECT_TRUE(*c.u_boot.Has("crc32"));
  EXPECT_FALSE(*c.u_boot.Has("frobnicate"));
}

// At one fault in a hundred bytes each command is entered as it was meant, or not at all.
TEST(UBoot, OnABadLineCommandsAndAnswersAreRight) {
  int connected = 0, answered = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    Connection c({.variables = {{"kernel_addr_r", "0x40400000"}}}, {},
                 {.drop = 3, .change = 3, .repeat = 3, .delay = 3}, seed);
    if (c.Error() != "") continue;
    ++connected;
    const auto value = c.u_boot.Variable("kernel_addr_r");
    if (!value) continue;
    ++answered;
    EXPECT_EQ(*value, "0x40400000") << seed;
    for (const std::string& command : c.board.entered()) {
      if (command.starts_with("printenv")) EXPECT_EQ(command, "printenv kernel_addr_r") << seed;
    }
  }
  EXPECT_GE(connected, 55);
  EXPECT_GE(answered, 55);
}

TEST(UBoot, Crc32Lines) {
  const std::string good = "crc32 for 40400000 ... 404051ff ==> 646a082c\n";
  EXPECT_EQ(ParseCrc32(good, 0x40400000, 0x5200), 0x646a082cu);
  EXPECT_EQ(ParseCrc32("noise\nCRC32 for 40400000 ... 404051ff ==> 646a082c", 0x40400000, 0x5200),
            0x646a082cu);
  EXPECT_EQ(ParseCrc32(good, 0x40400000, 0x5201), std::nullopt);
  EXPECT_EQ(ParseCrc32(good, 0x40400100, 0x5100), std::nullopt);
  for (const char* bad : {"", "==> 646a082c", "crc32 for 40400000 ... 404051ff ==> 646a082",
                          " ==>  ...  for ", "crc32 for 40400000 ... 404051ff ==> 646a082cc",
                          "crc32 for 4040000 ... 404051ff ==> 646a082c",
                          "crc32 for 40400000 ... 404051ff ==> 646x082c"}) {
    EXPECT_EQ(ParseCrc32(bad, 0x40400000, 0x5200), std::nullopt) << bad;
  }
}

TEST(UBoot, HexadecimalNumbers) {
  EXPECT_EQ(ParseHex("0x1F"), 31u);
  EXPECT_EQ(ParseHex("ffffffffffffffff"), ~0ull);
  for (const char* bad : {"", "0x", "1g", "-1", " 1", "10000000000000000"}) {
    EXPECT_EQ(ParseHex(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(Hex(0), "0");
  EXPECT_EQ(Hex(0x40400000), "40400000");
}

}  // namespace
}  // namespace trivet::runner
