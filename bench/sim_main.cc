// SPDX-License-Identifier: Apache-2.0 OR MIT
// Google Benchmark's own main, and --trivet_lines: one line per result for the table to read, in
// the format of the EL2 runner.

#include <benchmark/benchmark.h>

#include <cstring>
#include <string>
#include <string_view>

#include "bench/sim_lines.h"
#include "tools/user_path.h"

namespace {

/// Removes the flag; true when it was there.
bool TakeLinesFlag(int& argc, char** argv) {
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--trivet_lines") != 0) argv[kept++] = argv[i];
  }
  const bool found = kept != argc;
  argc = kept;
  return found;
}

/// Resolves --benchmark_out=FILE against BUILD_WORKING_DIRECTORY, since `bazel run` changes the
/// folder. `absolute` is the argument's storage.
void MakeOutputAbsolute(int argc, char** argv, std::string& absolute) {
  constexpr std::string_view kFlag = "--benchmark_out=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with(kFlag) || argument.size() == kFlag.size()) continue;
    absolute = std::string(kFlag) + trivet::tools::UserPath(argument.substr(kFlag.size()));
    argv[i] = absolute.data();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool as_lines = TakeLinesFlag(argc, argv);
  std::string output_flag;
  MakeOutputAbsolute(argc, argv, output_flag);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  trivet::bench::LineReporter lines;
  if (as_lines) {
    benchmark::RunSpecifiedBenchmarks(&lines);
  } else {
    benchmark::RunSpecifiedBenchmarks();
  }
  benchmark::Shutdown();
  return 0;
}
