// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trivet::bench::report {

/// One benchmark's figures on one target.
struct Row {
  std::string target;  ///< `simulator` or `el2`.
  std::string name;    ///< FAMILY/OPERATION, without the target.
  std::map<std::string, double, std::less<>> figures = {};
  std::string label = {};
  std::string problem = {};  ///< Not empty: it failed or was skipped, there are no figures.

  std::optional<double> Figure(std::string_view figure) const;
};

/// A saved run: a JSON file of `bazel run //bench -- --benchmark_out=FILE`, or of Google Benchmark
/// itself, which is the simulator's target.
struct SavedRun {
  std::string date = {};
  std::string host = {};
  std::vector<std::string> notes = {};  ///< Why a target lacks counts or cycles.
  std::vector<Row> rows = {};

  const Row* Find(std::string_view target, std::string_view name) const;
};

/// The figure that is the cost of a target's row: el2 "instructions", simulator "cpu_time", in ns.
std::string_view CostFigure(std::string_view target);

/// Reads such a file. Aggregates are left out; of repetitions the first one counts. The error is
/// one line for the user.
std::expected<SavedRun, std::string> ParseRun(std::string_view json);

}  // namespace trivet::bench::report
