// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/trace_report.h"

#include <format>

#include "lab/board/trace/trace_deviations.h"

namespace trivet::lab::board::trace {
namespace {

using Kind = Expectation::Kind;

constexpr char kNoLine[] =
    "no interrupt line rose: EL2 has none there, or the trace closed the interrupt controller";

class Comparer {
 public:
  Comparer(const sim::Model& model, bool on_qemu) : model_(model), on_qemu_(on_qemu) {}

  void Add(const CompiledLine& line, const Outcome& target) {
    if (target.what == kImpossible) {
      ++comparison_.skip_reason[kNoLine];
      return;
    }
    ++comparison_.ran;
    if (line.line.expected.kind == Kind::kUnchecked) {
      ++comparison_.unchecked;
      return;
    }
    const std::string with_file = DifferencesFromFile(line, target);
    const std::string fields = DifferencesFrom(line.prediction, target, line.line, model_);
    if (fields.empty()) {
      ++comparison_.agree;
      return;
    }
    const std::string_view reason = ReasonOf(line, target, fields, on_qemu_);
    if (!reason.empty()) ++comparison_.explained;
    comparison_.differences.push_back({&line, target, fields, with_file, reason});
  }

  void Leave(const CompiledLine& line) { ++comparison_.skip_reason[line.skip_reason]; }

  TraceComparison Take() { return std::move(comparison_); }

 private:
  std::string DifferencesFromFile(const CompiledLine& line, const Outcome& target) {
    if (line.line.expected.kind == Kind::kNone) return "";
    ++comparison_.stated;
    std::string differences = DifferencesFrom(line.line.expected, target, model_);
    if (differences.empty()) ++comparison_.with_file;
    return differences;
  }

  const sim::Model& model_;
  const bool on_qemu_;
  TraceComparison comparison_;
};

std::string Verdict(const Difference& difference) {
  const bool stated = difference.line->line.expected.kind != Kind::kNone;
  return std::format("  target    {}\n  simulator {}\n  {}in {}{}\n", Describe(difference.target),
                     Describe(difference.line->prediction.outcome),
                     difference.reason.empty() ? "DIFFERS " : "explained, differs ",
                     difference.fields,
                     !stated ? ""
                     : difference.with_file.empty()
                         ? "; the target agrees with the file"
                         : "; the file differs from the target in " + difference.with_file);
}

}  // namespace

TraceComparison CompareTrace(const Compiled& compiled, const TraceOutcomes& received,
                             const sim::Model& model, bool on_qemu) {
  Comparer comparer(model, on_qemu);
  for (const CompiledLine& line : compiled.lines) {
    if (line.skip_reason.empty()) {
      comparer.Add(line, received.outcomes.at(line.place));
    } else {
      comparer.Leave(line);
    }
  }
  return comparer.Take();
}

std::string ReportOf(std::string_view name, const TraceComparison& comparison, bool verbose) {
  std::string text;
  std::map<std::string_view, std::size_t> reasons;
  for (const Difference& difference : comparison.differences) {
    if (!difference.reason.empty()) ++reasons[difference.reason];
    if (!difference.reason.empty() && !verbose) continue;
    text += std::format("{}:{}: {}\n", name, difference.line->number, difference.line->text);
    text += Verdict(difference);
    if (!difference.reason.empty()) text += std::format("  {}\n", difference.reason);
  }
  for (const auto& [reason, count] : reasons) {
    text += std::format("{}: {} explained: {}\n", name, count, reason);
  }
  std::size_t left = 0;
  for (const auto& [reason, count] : comparison.skip_reason) {
    left += count;
    text += std::format("{}: {} skipped: {}\n", name, count, reason);
  }
  return text + std::format(
                    "{}: {} operations run: {} agree with the simulator, {} differ, {} explained, "
                    "{} unchecked; {} skipped; {} of the {} outcomes in the file are "
                    "the target's\n",
                    name, comparison.ran, comparison.agree, comparison.differ(),
                    comparison.explained, comparison.unchecked, left, comparison.with_file,
                    comparison.stated);
}

}  // namespace trivet::lab::board::trace
