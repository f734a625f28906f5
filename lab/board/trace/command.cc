// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/command.h"

#include <filesystem>
#include <format>
#include <fstream>

#include "lab/board/target_run.h"
#include "lab/board/trace/trace_report.h"
#include "lab/subcommand.h"
#include "lab/traces/input.h"
#include "sim/pe/violation.h"
#include "tools/temporary_folder.h"

namespace trivet::lab::board::trace {
namespace {

namespace fs = std::filesystem;

/// Where a run stopped. The image prints outcomes in batches.
std::string WhereIs(const Compiled& compiled, std::size_t received) {
  const CompiledLine* first = nullptr;
  const CompiledLine* last = nullptr;
  for (const CompiledLine& line : compiled.lines) {
    if (!line.skip_reason.empty() || line.place < received) continue;
    if (first == nullptr) first = &line;
    if (line.place < received + kBatch) last = &line;
  }
  if (first == nullptr || last == nullptr) return "";
  return std::format("; it was between line {} ({}) and line {}", first->number, first->text,
                     last->number);
}

TraceOutcomes RunOnTarget(const Place& place, const Compiled& compiled, const std::string& name) {
  const auto folder = tools::TemporaryFolder::Make();
  if (!folder) throw sim::Violation("cannot make a temporary folder");
  const std::string payload = folder->path() / "trace";
  std::ofstream file(payload, std::ios::binary);
  file << PayloadOf(compiled);
  file.close();
  if (!file) throw sim::Violation(payload + ": cannot be written");
  std::vector<std::string> words = place.words;
  words.push_back("--payload=" + payload);
  const Run run = RunTarget(place.target, words);
  TraceOutcomes received;
  std::string error;
  const bool complete = ParseTraceOutcomes(run.console, compiled.order.size(), received, error);
  if (!received.refusal.empty() || (complete && !run.failed)) return received;
  if (!complete) error += WhereIs(compiled, received.outcomes.size());
  if (run.failed) error += "\n" + FailureOf(run);
  throw sim::Violation(std::format("{}: {}", name, error));
}

}  // namespace

void CheckTraceFile(const std::string& path) {
  const std::string text = ReadInput(path);
  std::string_view line_text;
  for (Lines lines(text); lines.Next(line_text);) {
    TraceLine line;
    std::string error;
    if (ParseTraceLine(line_text, line, error)) continue;
    throw sim::Violation(std::format("{}:{}: malformed: {}", path, lines.number(), error));
  }
}

std::size_t RunTraceFile(const Place& place, const sim::Profile& profile, const std::string& path,
                         HowToRun how) {
  const std::string name = fs::path(path).filename().string();
  const std::string text = ReadInput(path);
  const auto model = sim::Model::For(profile);
  const Compiled compiled = Compile(name, text, model, place.on_qemu);
  const TraceOutcomes received = RunOnTarget(place, compiled, name);
  if (!received.refusal.empty()) {
    const std::string refusal = std::format("{}: not run: {}", name, received.refusal);
    if (how.must_run) throw sim::Violation(refusal);
    Print(refusal + "\n");
    return 0;
  }
  const TraceComparison comparison = CompareTrace(compiled, received, *model, place.on_qemu);
  Print(ReportOf(name, comparison, how.verbose));
  return comparison.differ();
}

}  // namespace trivet::lab::board::trace
