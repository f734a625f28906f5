// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/load.h"

#include <string>

#include "gtest/gtest.h"
#include "tools/runner/serial/start.h"
#include "tools/runner/testing/fake_board.h"
#include "tools/runner/testing/fake_line.h"

namespace trivet::runner {
namespace {

using testing::FakeBoard;
using testing::FakeLine;
using testing::FaultRates;

Image SomeImage(std::size_t size = 20'000) {
  Image image = {.name = "a.img", .data = {}};
  for (std::size_t i = 0; i < size; ++i) image.data += static_cast<char>(i * 31 >> 2 ^ i);
  return image;
}

struct Loaded {
  std::string error;
  std::uint64_t address = 0;
};

Loaded LoadOn(FakeLine& line, const Image& image, LoadOptions options, StartOptions start = {}) {
  Wire wire(line);
  UBoot u_boot(wire, {});
  if (const auto connected = u_boot.Connect(); !connected) return {connected.error().message};
  const auto address =
      ImageLoader(u_boot, wire, std::move(options)).Load(image, [](std::size_t) {});
  if (!address) return {address.error().message};
  const auto started = StartImage(u_boot, start, *address, image.data.size());
  // Lets the board take the last byte.
  static_cast<void>(wire.UntilQuiet(milliseconds(100), milliseconds(1000)));
  return {started ? "" : started.error().message, *address};
}

std::string ErrorOf(FakeBoard::Config config, LoadOptions options = {}, StartOptions start = {}) {
  FakeBoard board(std::move(config));
  FakeLine line(board);
  const Loaded loaded = LoadOn(line, SomeImage(), std::move(options), std::move(start));
  EXPECT_EQ(board.started().has_value(), loaded.error.empty());
  return loaded.error;
}

TEST(Load, SerialAndTftpGetTheWholeImageThere) {
  const Image image = SomeImage();
  for (const char* server : {"", "10.0.2.2"}) {
    FakeBoard board({.tftp = {{"a.img", image.data}}});
    FakeLine line(board);
    const Loaded loaded = LoadOn(line, image, {.tftp_server = server});
    EXPECT_EQ(loaded.error, "");
    EXPECT_EQ(loaded.address, 0x4040'0000u);
    EXPECT_TRUE(board.started() && board.started()->starts_with(image.data));
  }
}

TEST(Load, TheAddressIsTheUsersOrTheBoards) {
  const Image image = SomeImage(100);
  FakeBoard board({.variables = {{"loadaddr", "40200000"}, {"fdt_addr", "0x4e000000"}}});
  FakeLine line(board);
  EXPECT_EQ(LoadOn(line, image, {}).address, 0x4020'0000u);
  EXPECT_EQ(board.entered().back(), "booti 40200000 - 4e000000");
  FakeBoard other({});
  FakeLine other_line(other);
  EXPECT_EQ(LoadOn(other_line, image, {.address = 0x4030'0000}).address, 0x4030'0000u);
  EXPECT_EQ(ErrorOf({.variables = {}}),
            "U-Boot has neither kernel_addr_r nor loadaddr: say where to load with --address=HEX");
}

TEST(Load, WhatTheBoardCannotDoIsSaid) {
  EXPECT_EQ(ErrorOf({.missing = {"loady"}}),
            "this U-Boot has no command 'loady': load by network with --tftp=SERVER");
  EXPECT_TRUE(ErrorOf({.missing = {"crc32"}}).starts_with("this U-Boot has no command 'crc32'"));
  EXPECT_EQ(ErrorOf({.missing = {"crc32"}}, {.verify = false}), "");
  EXPECT_EQ(ErrorOf({.missing = {"booti"}}),
            "this U-Boot has no command 'booti': choose another --start");
  EXPECT_TRUE(ErrorOf({.variables = {{"loadaddr", "40200000"}}})
                  .starts_with("U-Boot has no device tree for booti"));
}

TEST(Load, BadMemoryIsNeverStarted) {
  EXPECT_TRUE(ErrorOf({.bad_memory = true})
                  .starts_with("the image could not be loaded, 8 attempts in a row failed: its "
                               "CRC-32 in memory is "));
}

TEST(Load, TftpFailures) {
  const LoadOptions tftp = {.tftp_server = "10.0.2.2"};
  EXPECT_EQ(ErrorOf({}, tftp), "TFTP from 10.0.2.2 failed: TFTP error: 'File not found' (1)");
  EXPECT_EQ(ErrorOf({.tftp = {{"a.img", "short"}}}, tftp),
            "the TFTP server's a.img is another file: it has not 20000 bytes");
  std::string other = SomeImage().data;
  other[5000] ^= 1;
  EXPECT_TRUE(ErrorOf({.tftp = {{"a.img", other}}}, tftp)
                  .starts_with("the image was loaded, but its CRC-32 in memory is "));
  EXPECT_TRUE(ErrorOf({.dhcp = false}, tftp).starts_with("the board got no network address"));
}

TEST(Start, ArgumentsReachTheImage) {
  const StartOptions start = {.arguments = {"--filter=a|b*", "$x"}};
  FakeBoard board({});
  FakeLine line(board);
  EXPECT_EQ(LoadOn(line, SomeImage(), {}, start).error, "");
  EXPECT_EQ(board.variables().at("bootargs"), "--filter=a|b* $x");
  // What the board's own boot would pass is not the image's.
  FakeBoard bare({.variables = {{"kernel_addr_r", "40400000"},
                                {"fdtcontroladdr", "4e000000"},
                                {"bootargs", "root=/dev/mmcblk0"}}});
  FakeLine bare_line(bare);
  EXPECT_EQ(LoadOn(bare_line, SomeImage(), {}).error, "");
  EXPECT_FALSE(bare.variables().contains("bootargs"));
}

TEST(Start, ArgumentsThatCannotBeGiven) {
  for (const char* bad : {"two words", "", "it's", "a\\b", "tab\t", "\x80"}) {
    EXPECT_FALSE(BootArguments({bad})) << bad;
  }
  EXPECT_EQ(ErrorOf({}, {}, {.command = StartCommand::kGo, .arguments = {"x"}}),
            "--start=go gives the image no arguments; use booti");
}

TEST(Start, EachCommand) {
  EXPECT_EQ(StartLine({.command = StartCommand::kBooti}, 0x1000, 16, "f00"), "booti 1000 - f00");
  EXPECT_EQ(StartLine({.command = StartCommand::kGo}, 0x1000, 16, ""), "go 1000");
  EXPECT_EQ(StartLine({.command = StartCommand::kBootefi}, 0x1000, 16, ""), "bootefi 1000:10");
}

// The safety property: whatever the line does, what is jumped into is the image.
TEST(LineFaults, NoWrongImageIsEverStarted) {
  const Image image = SomeImage(8'000);
  for (const FaultRates rates :
       {FaultRates{1, 0, 0, 0}, FaultRates{0, 1, 0, 0}, FaultRates{0, 0, 1, 1},
        FaultRates{1, 1, 1, 1}, FaultRates{3, 3, 2, 2}, FaultRates{10, 10, 10, 10},
        FaultRates{100, 100, 0, 0}}) {
    for (std::uint32_t seed = 1; seed <= 4; ++seed) {
      FakeBoard board({});
      FakeLine line(board, rates, seed);
      const Loaded loaded = LoadOn(line, image, {});
      if (board.started()) {
        EXPECT_TRUE(board.started()->starts_with(image.data))
            << "seed " << seed << ", drop " << rates.drop << " of 1000";
      }
      EXPECT_FALSE(loaded.error.contains('\n')) << loaded.error;
    }
  }
}

// One byte in a hundred is dropped, changed, repeated or late: with retries it still gets there.
TEST(LineFaults, OnePercentOfBytesIsOvercome) {
  const Image image = SomeImage(8'000);
  int started = 0;
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    FakeBoard board({});
    FakeLine line(board, {.drop = 3, .change = 3, .repeat = 2, .delay = 2}, seed);
    const Loaded loaded = LoadOn(line, image, {});
    started += loaded.error.empty() && board.started() ? 1 : 0;
  }
  EXPECT_GE(started, 9);
}

}  // namespace
}  // namespace trivet::runner
