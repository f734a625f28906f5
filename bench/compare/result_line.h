#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trivet::bench {

/// One benchmark's result on one leg.
struct Result {
  std::string name;
  std::optional<double> instructions;  ///< Per iteration. Absent where the CPU does not count them.
  std::optional<double> time_ns;       ///< Per iteration.
  std::string label;
  std::string error;    ///< Not empty: it failed, there are no figures.
  std::string skipped;  ///< Not empty: it does not run there.
};

/// What a leg printed.
struct LegOutput {
  std::vector<Result> results;
  std::string no_instructions;  ///< Not empty: why the leg counts none.
};

/// Reads the `TRIVET-BENCH: {...}` lines of a leg's output; every other line is somebody else's.
/// The error is one line for the user, with the number of the line that is malformed.
std::expected<LegOutput, std::string> ParseLegOutput(std::string_view output);

}  // namespace trivet::bench
