// SPDX-License-Identifier: Apache-2.0 OR MIT
// The runner drives the real U-Boot in QEMU over a pseudo-terminal, as it drives a board's over a
// serial line, and starts a real image.

#include <gtest/gtest.h>
#include <termios.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tools/runner/loaders/u_boot_machine.h"

namespace trivet::runner {
namespace {

using testing::FaultRates;
using testing::Finished;

void ExpectPass(const Finished& run) {
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_NE(run.output.find("TRIVET-IMAGE: PASS"), run.output.npos) << run.output;
}

// Twice on the same line: a run ends with a reset, after which there is a prompt again.
TEST(UBoot, LoadyAndBootiPassAndFailAndRestoreTheTerminal) {
  Machine machine;
  struct termios before, after;
  ASSERT_EQ(tcgetattr(machine.pty().kept(), &before), 0);
  ExpectPass(machine.Run({"functest", "--cpus=4"}));
  const Finished run = machine.Run({"--prompt==> ", "functest", "--cpus=7"});
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.errors.find("runner: the guest stopped with status 1\n"), run.errors.npos)
      << run.errors;
  ASSERT_EQ(tcgetattr(machine.pty().kept(), &after), 0);
  EXPECT_EQ(before.c_lflag, after.c_lflag);
  EXPECT_EQ(before.c_iflag, after.c_iflag);
  EXPECT_EQ(before.c_oflag, after.c_oflag);
  EXPECT_EQ(before.c_cflag, after.c_cflag);
}

TEST(UBoot, LoadyAndGo) { ExpectPass(Machine().Run({"--start=go", "--address=42003000"})); }

TEST(UBoot, LoadyAndBootefi) { ExpectPass(Machine().Run({"--start=bootefi"})); }

TEST(UBoot, Tftp) {
  std::vector<std::string> options = TftpOptions();
  options.insert(options.end(), {"functest", "--cpus=4"});
  ExpectPass(Machine(TftpNetwork()).Run(options));
}

TEST(UBoot, AnAddressWithoutMemoryIsARestart) {
  const Finished run = Machine().Run({"--address=f0000000000"});
  EXPECT_NE(run.status, 0);
  EXPECT_NE(run.errors.find("runner: "), run.errors.npos) << run.errors;
}

// Faults in both directions. Either the image starts, or the error is one line.
void ExpectLoadedOrSaid(FaultRates rates, std::uint32_t seed) {
  Machine machine({}, rates, seed);
  const Finished run = machine.Run({"--timeout=20", "--wait=120", "functest", "--cpus=4"});
  const bool loaded = run.errors.find("loaded and verified") != run.errors.npos;
  // Its console may be damaged, so only a trace of its run is required.
  if (loaded) {
    EXPECT_NE(run.output.find("ok "), run.output.npos) << run.output;
  } else {
    EXPECT_EQ(run.status, 125);
    EXPECT_EQ(std::ranges::count(run.errors.substr(run.errors.rfind("runner: ")), '\n'), 1);
  }
}

TEST(UBootOnABadLine, OneByteInAThousandIsLost) { ExpectLoadedOrSaid({.drop = 1}, 4); }

TEST(UBootOnABadLine, OneByteInAThousandIsChanged) { ExpectLoadedOrSaid({.change = 1}, 5); }

class UBootOnAVeryBadLine : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(UBootOnAVeryBadLine, OneByteInAHundredIsLostChangedRepeatedOrLate) {
  ExpectLoadedOrSaid({.drop = 3, .change = 3, .repeat = 2, .delay = 2}, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Seeds, UBootOnAVeryBadLine, ::testing::Range(1u, 5u));

}  // namespace
}  // namespace trivet::runner
