// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/runner/options.h"

namespace trivet::bench {

/// The command line, from the BUILD file and the user.
struct Options {
  std::string simulator;    ///< --sim: the simulator's benchmark program; empty: not this target.
  std::string el2_missing;  ///< --el2_missing: why there is no EL2 target; empty when there is one.
  std::vector<std::string>
      el2;  ///< --el2, repeated: the command that boots the image, word by word.
  std::vector<std::string> runner;  ///< the user's options of tools/runner, which boots it
  runner::Options where;            ///< the same, parsed
  std::string filter;               ///< --benchmark_filter
  // Of the simulator's target: so many samples of each benchmark, each at least so long.
  std::string repetitions = "100";   ///< --benchmark_repetitions
  std::string min_time = "0.0005s";  ///< --benchmark_min_time
  std::string out;                   ///< --benchmark_out; empty: no file.
  // --benchmark_format and --benchmark_out_format: true is json, false is console.
  bool json_to_console = false;
  bool json_to_file = true;
  std::string help;  ///< --help was given: print this and stop
};

/// Parses the arguments after the program's name. The error is one line for the user.
std::expected<Options, std::string> ParseOptions(const std::vector<std::string>& arguments);

/// Which names --benchmark_filter selects: a leading `-` inverts it, `all` and nothing select all.
/// The error is one line for the user.
std::expected<std::function<bool(std::string_view)>, std::string> MakeFilter(
    const std::string& filter);

}  // namespace trivet::bench
