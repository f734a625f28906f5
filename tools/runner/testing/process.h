// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace trivet::runner::testing {

/// A program of the test's with files as its standard input, output and errors; ended with it.
class Process {
 public:
  /// -1: /dev/null. The files stay open here.
  Process(const std::vector<std::string>& command, int input, int output, int errors);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Waits, and returns its status, or 128 plus the signal it died of.
  int Wait();
  void Signal(int signal) const;

 private:
  pid_t pid_;
};

/// What a command printed, and its status.
struct Finished {
  int status;
  std::string output;
  std::string errors;
};

/// Runs a command to its end.
Finished RunToEnd(const std::vector<std::string>& command);

std::string ReadFile(const std::string& path);
/// A file of this test's own.
std::string TestPath(const std::string& name);

}  // namespace trivet::runner::testing
