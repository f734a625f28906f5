// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lab/board/trace/compiler.h"
#include "lab/board/trace/trace_outcomes.h"
#include "sim/model/model.h"

namespace trivet::lab::board::trace {

/// A line on which target and simulator differ.
struct Difference {
  const CompiledLine* line;
  Outcome target;
  std::string fields;     ///< In what they differ.
  std::string with_file;  ///< "": the target agrees with the outcome in the file, or there is none.
  std::string_view reason;  ///< Of a line of trace_deviations.def; "": unexplained.
};

/// What came of a trace.
struct TraceComparison {
  std::size_t ran = 0, agree = 0, unchecked = 0, explained = 0;
  std::vector<Difference> differences;             ///< Explained or not.
  std::map<std::string, std::size_t> skip_reason;  ///< How many lines, by reason.
  /// How many checked lines state an outcome, and on how many the target agrees with it.
  std::size_t with_file = 0, stated = 0;

  std::size_t differ() const { return differences.size() - explained; }
};

/// Compares line by line. `on_qemu`: QEMU's own deviations count as explained.
TraceComparison CompareTrace(const Compiled& compiled, const TraceOutcomes& received,
                             const sim::Model& model, bool on_qemu);

/// The report, lines of text. `verbose`: with the differences that are explained.
std::string ReportOf(std::string_view name, const TraceComparison& comparison, bool verbose);

}  // namespace trivet::lab::board::trace
