// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <algorithm>
#include <string_view>

#include "freestanding/benchmark/runner.h"
#include "platforms/image_lines.h"
#include "platforms/runtime/arguments.h"
#include "platforms/runtime/console.h"

int main() {
  std::string_view command = trivet::platforms::CommandLine();
  const auto name_end = std::min(command.find(' '), command.size());
  command.remove_prefix(name_end);
  const int status = benchmark::internal::RunBenchmarks(command);
  trivet::platforms::ConsoleWrite(trivet::platforms::ResultLine(status == 0));
  return status;
}
