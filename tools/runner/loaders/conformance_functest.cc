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
  EXPECT_NE(run.output.find("agree with the simulator, 0 differ, 0 explained, 0 unchecked; "
                            "0 skipped"),
            run.output.npos)
      << run.output;
}

}  // namespace
}  // namespace trivet::runner
