// SPDX-License-Identifier: Apache-2.0 OR MIT
// `bazel run //lab:board -- --serial=...` on a machine with the real U-Boot: the
// image is loaded twice, the second time with a trace as its payload, whose results are right where
// U-Boot left memory.

#include <gtest/gtest.h>

#include "tools/runner/loaders/u_boot_machine.h"

namespace trivet::runner {
namespace {

TEST(Conformance, RegistersAndATraceAreMeasuredOverASerialLine) {
  Machine machine(TftpNetwork());
  std::vector<std::string> command = {Environment("COMPARE"), "board",
                                      "--target=" + Environment("TARGET"),
                                      "--serial=" + machine.pty().device()};
  for (const std::string& option : TftpOptions()) command.push_back(option);
  const testing::Finished run = testing::RunToEnd(command);
  // QEMU's own deviations in registers are none of a board's: 1 is right here.
  EXPECT_EQ(run.status, 1) << run.errors << run.output;
  EXPECT_NE(run.output.find("\nregisters: "), run.output.npos) << run.output;
  // All of them are QEMU's.
  const std::size_t hint = run.output.find(" of those that differ are known of QEMU: if this");
  ASSERT_NE(hint, run.output.npos) << run.output;
  const std::size_t line = run.output.rfind('\n', hint) + 1;
  const std::string differ = ", " + run.output.substr(line, hint - line) + " differ, ";
  EXPECT_NE(run.output.find(differ), run.output.npos) << run.output;
  EXPECT_NE(run.errors.find("board: the image is sent once more, with the traces"),
            run.errors.npos);
  EXPECT_NE(run.output.find("agree with the simulator, 0 differ, 0 explained, 0 unchecked; "
                            "0 skipped"),
            run.output.npos)
      << run.output;
}

}  // namespace
}  // namespace trivet::runner
