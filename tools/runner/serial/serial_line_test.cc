// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/serial_line.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <string>

#include "tools/runner/serial/tty_speed.h"
#include "tools/runner/signals.h"
#include "tools/runner/testing/process.h"
#include "tools/runner/testing/pty.h"

namespace trivet::runner {
namespace {

using testing::Pty;

std::string OpenError(const std::string& device, int baud = 115200) {
  const auto line = SerialLine::Open({.device = device, .baud = baud});
  return line ? "" : line.error().message;
}

TEST(SerialPort, DeviceAndSpeed) {
  EXPECT_EQ(ParseSerialPort("/dev/ttyUSB0")->baud, 115200);
  EXPECT_EQ(ParseSerialPort("/dev/ttyUSB0@1500000")->baud, 1500000);
  EXPECT_EQ(ParseSerialPort("/dev/by-id/usb@2-x@921600")->device, "/dev/by-id/usb@2-x");
  EXPECT_EQ(ParseSerialPort("/dev/a@b")->device, "/dev/a@b");
  for (const char* bad :
       {"", "@115200", "/dev/x@", "/dev/x@0", "/dev/x@99999999999", "/dev/x@10"}) {
    EXPECT_FALSE(ParseSerialPort(bad)) << bad;
  }
}

TEST(SerialLine, WhatIsNoSerialDeviceIsNamed) {
  EXPECT_EQ(OpenError("/nonexistent"), "no serial device at '/nonexistent'");
  EXPECT_EQ(OpenError("/dev/null"), "'/dev/null' is no serial device");
  const std::string file = testing::TestPath("file");
  std::ofstream(file) << "x";
  EXPECT_EQ(OpenError(file), "'" + file + "' is no serial device");
  EXPECT_TRUE(OpenError("/").starts_with("cannot open '/': ")) << OpenError("/");
}

TEST(SerialLine, ItIsOursAlone) {
  Pty pty;
  {
    const auto line = SerialLine::Open({.device = pty.device()});
    ASSERT_TRUE(line) << line.error().message;
    EXPECT_EQ(OpenError(pty.device()), "'" + pty.device() + "' is in use by another program");
  }
  EXPECT_EQ(OpenError(pty.device()), "");
}

TEST(SerialLine, AnySpeedAndEverySettingIsPutBack) {
  WatchSignals();
  Pty pty;
  struct termios odd = {};
  ASSERT_EQ(tcgetattr(pty.kept(), &odd), 0);
  odd.c_iflag |= ICRNL | IXON;
  odd.c_oflag |= OPOST;
  odd.c_lflag |= ICANON | ECHO;
  ASSERT_EQ(tcsetattr(pty.kept(), TCSANOW, &odd), 0);
  ASSERT_TRUE(SetSpeed(pty.kept(), 38400));
  struct termios before, during, after;
  tcgetattr(pty.kept(), &before);
  for (const int baud : {9600, 115200, 250000, 1234567, 3000000}) {
    const auto line = SerialLine::Open({.device = pty.device(), .baud = baud});
    ASSERT_TRUE(line) << line.error().message;
    tcgetattr(pty.kept(), &during);
    EXPECT_EQ(during.c_lflag, 0u);
    EXPECT_EQ(during.c_iflag, 0u);
    EXPECT_EQ(during.c_oflag, 0u);
    EXPECT_EQ(GetSpeed(pty.kept()), baud);
  }
  tcgetattr(pty.kept(), &after);
  EXPECT_EQ(GetSpeed(pty.kept()), 38400);
  EXPECT_EQ(before.c_iflag, after.c_iflag);
  EXPECT_EQ(before.c_oflag, after.c_oflag);
  EXPECT_EQ(before.c_cflag, after.c_cflag);
  EXPECT_EQ(before.c_lflag, after.c_lflag);
  EXPECT_EQ(std::memcmp(before.c_cc, after.c_cc, sizeof(before.c_cc)), 0);
}

TEST(SerialLine, BytesGoBothWaysUnchanged) {
  WatchSignals();
  Pty pty;
  const auto line = SerialLine::Open({.device = pty.device()});
  ASSERT_TRUE(line);
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  ASSERT_TRUE((*line)->Write(all));
  char buffer[300];
  EXPECT_EQ(read(pty.master(), buffer, sizeof(buffer)), 256);
  EXPECT_EQ(std::string(buffer, 256), all);
  ASSERT_EQ(write(pty.master(), all.data(), all.size()), 256);
  std::string got;
  while (got.size() < all.size()) {
    const auto text = (*line)->Read(milliseconds(10'000));
    ASSERT_TRUE(text && !text->empty());
    got += *text;
  }
  EXPECT_EQ(got, all);
  EXPECT_EQ(*(*line)->Read(milliseconds(1)), "");
}

TEST(SerialLine, UnpluggingIsSaid) {
  WatchSignals();
  Pty pty;
  const auto line = SerialLine::Open({.device = pty.device()});
  ASSERT_TRUE(line);
  pty.Unplug();
  const auto text = (*line)->Read(milliseconds(10'000));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().status, 125);
  EXPECT_TRUE(text.error().message.ends_with("was unplugged or hung up"));
  EXPECT_FALSE((*line)->Write("x"));
}

TEST(SerialLine, ASignalEndsTheWait) {
  WatchSignals();
  Pty pty;
  const auto line = SerialLine::Open({.device = pty.device()});
  ASSERT_TRUE(line);
  raise(SIGTERM);
  const auto text = (*line)->Read(milliseconds(10'000));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().status, 128 + SIGTERM);
}

}  // namespace
}  // namespace trivet::runner
