// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <vector>

/// Runs the sample programs, for tests that read what they print.
namespace trivet::tests {

struct Execution {
  std::vector<std::string> lines;  ///< Without line ends.
  int status = -1;                 ///< 128 when it did not end by itself.
};

/// Runs a shell command without Bazel's test settings (shard, filter, XML file): those are for the
/// test, not for the program it starts.
Execution Execute(const std::string& command);

/// freestanding/googletest/NAME, as the BUILD file's RUN and SUFFIX say: on the host, or at EL2 in
/// QEMU.
Execution ExecuteSample(const std::string& name, const std::string& variables = "");

}  // namespace trivet::tests
