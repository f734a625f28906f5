// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/counts/expected_counts.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <format>
#include <set>
#include <sstream>

#include "bench/compare/result_line.h"
#include "tools/runner/child.h"

namespace trivet::bench {
namespace {

constexpr const char* kHeading =
    "# Instructions at EL2, in QEMU. Written by `bazel run //bench:update_counts`; compared with "
    "==\n"
    "# by //bench:expected_counts_test. A count that differs between CPU models names its models; "
    "-:\n"
    "# the CPU lacks what the benchmark needs.\n";
constexpr const char* kEventsHeading =
    "# ISB/MSR/TLBI of the same source, by the simulator's trace: Cortex-A72, VHE on Neoverse "
    "V1.\n";
constexpr std::size_t kNameColumn = 34;
constexpr std::size_t kCountColumn = 6;

/// The runner's options that choose a CPU. Named models count time in instructions only at 1 GHz;
/// max does anyway.
std::vector<std::string> CpuOptions(const std::string& cpu_model) {
  if (cpu_model.empty()) return {};
  return {"--cpu", cpu_model == "max" ? cpu_model : cpu_model + ",cntfrq=1000000000"};
}

std::string CountOf(const Result& result) {
  if (!result.skipped.empty()) return "-";
  char text[32];
  std::snprintf(text, sizeof(text), "%.10g", result.instructions.value_or(-1));
  return text;
}

std::string Left(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

std::string Line(const std::string& name, const std::string& count, const std::string& models) {
  std::string line = Left(name, kNameColumn) + ' ';
  line += models.empty() ? count : Left(count, kCountColumn) + models;
  return line + '\n';
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string Missing(const std::vector<std::string>& lines, const std::vector<std::string>& from,
                    char mark) {
  std::string missing;
  for (const std::string& line : lines) {
    if (std::ranges::find(from, line) == from.end()) missing += mark + (' ' + line) + '\n';
  }
  return missing;
}

}  // namespace

std::expected<Counts, std::string> CountOn(const std::vector<std::string>& command,
                                           const std::string& cpu_model) {
  std::vector<std::string> words = command;
  for (const std::string& word : CpuOptions(cpu_model)) words.push_back(word);
  for (const char* word : {"--icount", "--require-pass", "--", "--trivet_lines"}) {
    words.emplace_back(word);
  }
  std::string console;
  const runner::ChildEnd end = runner::RunChild(
      words, std::chrono::seconds(120), [&console](std::string_view text) { console += text; });
  if (end.kind != runner::ChildEnd::Kind::kExited || end.value != 0) {
    return std::unexpected((cpu_model.empty() ? "the machine" : cpu_model) + " failed:\n" +
                           console);
  }
  const auto output = ParseTargetOutput(console);
  if (!output) return std::unexpected(output.error());
  Counts counts;
  for (const Result& result : output->results) {
    if (!result.error.empty()) return std::unexpected(result.name + ": " + result.error);
    counts[result.name] = CountOf(result);
  }
  return counts;
}

std::expected<Counts, std::string> EventsOf(const std::string& simulator) {
  std::string console;
  const runner::ChildEnd end = runner::RunChild(
      {simulator, "--trivet_lines", "--benchmark_min_time=1x"}, std::chrono::seconds(60),
      [&console](std::string_view text) { console += text; });
  if (end.kind != runner::ChildEnd::Kind::kExited || end.value != 0) {
    return std::unexpected(simulator + " failed:\n" + console);
  }
  const auto output = ParseTargetOutput(console);
  if (!output) return std::unexpected(output.error());
  Counts events;
  for (const Result& result : output->results) {
    const auto isb = result.Number("isb"), msr = result.Number("msr"), tlbi = result.Number("tlbi");
    if (isb && msr && tlbi) events[result.name] = std::format("{}/{}/{}", *isb, *msr, *tlbi);
  }
  if (events.empty()) return std::unexpected(simulator + " reported no events");
  return events;
}

std::string CompilerLine(const std::string& compiler) { return "# Compiler: " + compiler + '\n'; }

std::string RenderCounts(const std::string& compiler,
                         const std::map<std::string, Counts>& by_cpu_model, const Counts& events) {
  std::set<std::string> names;
  for (const auto& [model, counts] : by_cpu_model) {
    for (const auto& [name, count] : counts) names.insert(name);
  }
  std::string text = kHeading + CompilerLine(compiler);
  for (const std::string& name : names) {
    std::map<std::string, std::string> models_by_count;
    for (const auto& [model, counts] : by_cpu_model) {
      const auto found = counts.find(name);
      models_by_count[found == counts.end() ? "missing" : found->second] += ' ' + model;
    }
    const bool same = models_by_count.size() == 1;
    for (const auto& [count, models] : models_by_count)
      text += Line(name, count, same ? "" : models);
  }
  text += kEventsHeading;
  for (const auto& [name, counts] : events) text += Line(name, counts, "");
  return text;
}

std::string Difference(const std::string& expected, const std::string& actual) {
  const std::vector<std::string> before = LinesOf(expected), after = LinesOf(actual);
  return Missing(before, after, '-') + Missing(after, before, '+');
}

}  // namespace trivet::bench
