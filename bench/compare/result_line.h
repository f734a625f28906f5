// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trivet::bench {

/// One benchmark's result on one target.
struct Result {
  std::string name;
  std::optional<double> instructions;  ///< Per iteration. Absent where the CPU does not count them.
  std::optional<double> time_ns;       ///< Per iteration; the median where there are samples.
  /// Every other figure the line gives, by its name there: "iterations", "isb", "cycles",
  /// "ns_p99", ...
  std::map<std::string, double, std::less<>> numbers;
  std::string label;
  std::string error;    ///< Not empty: it failed, there are no figures.
  std::string skipped;  ///< Not empty: it does not run there.

  /// "instructions", "time_ns" or one of `numbers`.
  std::optional<double> Number(std::string_view figure) const;
};

/// What a target printed.
struct TargetOutput {
  std::vector<Result> results;
  std::string no_instructions;  ///< Not empty: why the target counts none.
  std::string no_cycles;        ///< Not empty: why cycles and times mean nothing there.
  bool ended = false;           ///< The last line was there: the target ran to its end.
};

/// Reads the result lines (freestanding/benchmark/checksum.h) of a target's output; other lines are
/// passed over. The error is one line for the user: the number of the line that is damaged or
/// malformed, or what was lost.
std::expected<TargetOutput, std::string> ParseTargetOutput(std::string_view output);

}  // namespace trivet::bench
