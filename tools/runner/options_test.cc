// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/options.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace trivet::runner {
namespace {

using Words = std::vector<std::string>;
using Where = Options::Where;

struct Parsed {
  Options options;
  std::string error;
};

Parsed Parse(const Words& words) {
  Parsed parsed;
  const auto done = ParseUserOptions(words, parsed.options);
  if (!done) parsed.error = done.error();
  return parsed;
}

TEST(UserOptions, WhatIsNotTheRunnersIsTheGuests) {
  const Parsed parsed = Parse({"--filter=a", "--serial=/dev/x@9600", "b", "--out2", "--qem"});
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.options.guest_arguments, Words({"--filter=a", "b", "--out2", "--qem"}));
  EXPECT_EQ(parsed.options.serial, "/dev/x@9600");
  EXPECT_EQ(parsed.options.where, Where::kSerial);
}

TEST(UserOptions, BehindTwoDashesEverythingIsTheGuests) {
  const Parsed parsed = Parse({"--qemu", "--", "--qemu", "--", "--serial"});
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.options.guest_arguments, Words({"--qemu", "--", "--serial"}));
}

TEST(UserOptions, AValueIsInTheSameWordOrTheNext) {
  for (const Words& words : {Words{"--out", "sd/"}, Words{"--out=sd/"}}) {
    EXPECT_EQ(Parse(words).options.out, "sd/");
  }
  EXPECT_EQ(Parse({"--prompt==> "}).options.u_boot.prompt, "=> ");
  EXPECT_EQ(Parse({"--qemu", "x"}).options.guest_arguments, Words({"x"}));
}

TEST(UserOptions, Values) {
  const Parsed parsed = Parse({"--address=0x40400000", "--start=go", "--timeout=5", "--wait=7",
                               "--u-boot=a b", "--u-boot=c", "--no-verify", "--console"});
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.options.load.address, 0x4040'0000u);
  EXPECT_EQ(parsed.options.start.command, StartCommand::kGo);
  EXPECT_EQ(parsed.options.timeout_seconds, 5);
  EXPECT_EQ(parsed.options.u_boot.wait_seconds, 7);
  EXPECT_EQ(parsed.options.commands, Words({"a b", "c"}));
  EXPECT_FALSE(parsed.options.load.verify);
  EXPECT_TRUE(parsed.options.console);
  EXPECT_EQ(Parse({"--tftp=10.0.2.2"}).options.load.tftp_server, "10.0.2.2");
}

TEST(UserOptions, HelpListsThem) {
  EXPECT_EQ(Parse({"--help"}).options.help, UserHelp());
  EXPECT_NE(UserHelp().find("\n  --serial=DEVICE[@BAUD]  "), std::string::npos);
}

TEST(UserOptions, AWrongValueIsAnErrorOfOneLine) {
  EXPECT_EQ(Parse({"--qemu", "--serial=/dev/x"}).error,
            "choose one of --qemu, --gdb, --serial and --out");
  EXPECT_EQ(Parse({"--serial"}).error, "--serial needs a value: --serial=DEVICE[@BAUD]");
  EXPECT_EQ(Parse({"--serial="}).error, "--serial needs a device");
  EXPECT_EQ(Parse({"--out="}).error, "--out needs a folder");
  EXPECT_EQ(Parse({"--qemu=x"}).error, "--qemu has no value");
  EXPECT_EQ(Parse({"--timeout=soon"}).error, "--timeout needs a number, not 'soon'");
  EXPECT_EQ(Parse({"--start=run"}).error, "--start needs booti or go or bootefi, not 'run'");
  for (const char* bad : {"--address=1", "--address=", "--address=x", "--address=-1000"}) {
    EXPECT_TRUE(Parse({bad}).error.starts_with("--address needs a hexadecimal multiple")) << bad;
  }
}

}  // namespace
}  // namespace trivet::runner
