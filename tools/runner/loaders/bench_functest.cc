// SPDX-License-Identifier: Apache-2.0 OR MIT
// `bazel run //bench -- --serial=...` to the end on a machine with the real U-Boot: results of some
// benchmarks come back over the serial line as one JSON document.

#include <gtest/gtest.h>

#include "tools/runner/loaders/u_boot_machine.h"

namespace trivet::runner {
namespace {

TEST(Bench, RunsToTheEndOverASerialLine) {
  Machine machine(TftpNetwork());
  const std::string json = testing::TestPath("bench.json");
  std::vector<std::string> command = {Environment("BENCH")};
  for (const std::string& word : machine.Command(Environment("IMAGE"))) {
    command.push_back("--el2=" + word);
  }
  command.insert(command.end(), {"--el2=--trivet_lines", "--el2=--benchmark_filter=percpu/enable*",
                                 "--serial=" + machine.pty().device(), "--timeout=800",
                                 "--benchmark_format=json", "--benchmark_out=" + json});
  for (const std::string& option : TftpOptions()) command.push_back(option);
  const testing::Finished run = testing::RunToEnd(command);
  EXPECT_EQ(run.status, 0) << run.errors;
  EXPECT_TRUE(run.output.starts_with("{")) << run.output.substr(0, 200);
  EXPECT_EQ(testing::ReadFile(json), run.output);
  EXPECT_NE(run.output.find("\"el2/percpu/enable"), run.output.npos) << run.output.substr(0, 2000);
  EXPECT_NE(run.errors.find("loaded and verified"), run.errors.npos) << run.errors;
}

}  // namespace
}  // namespace trivet::runner
