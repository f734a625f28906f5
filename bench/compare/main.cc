// SPDX-License-Identifier: Apache-2.0 OR MIT
// `bazel run //bench`: runs the benchmarks on every target this host has and prints one table, or
// JSON.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/compare/json_file.h"
#include "bench/compare/options.h"
#include "bench/compare/output_file.h"
#include "bench/compare/result_line.h"
#include "bench/compare/simulator_speed.h"
#include "bench/compare/table.h"
#include "bench/compare/targets.h"
#include "tools/options/options.h"
#include "tools/runner/child.h"

namespace trivet::bench {
namespace {

constexpr int kStatusFailed = 1;

using Filter = std::function<bool(std::string_view)>;

void Progress(const char* target, const std::string& what) {
  std::fprintf(stderr, "bench: %s: %s\n", target, what.c_str());
}

int Fail(int status, const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  return status;
}

/// The last lines of what a program printed.
std::string_view Tail(std::string_view text, int lines) {
  std::size_t at = text.size();
  while (at > 0 && lines >= 0) {
    if (text[--at] == '\n' && lines-- == 0) return text.substr(at + 1);
  }
  return text;
}

/// Results of a target. A failed one may have results, too.
struct Target {
  std::optional<TargetOutput> output;
  bool failed = false;
  int status = kStatusFailed;  ///< when it failed: its program's, if it ended by itself
};

bool HasErrors(const TargetOutput& output) {
  return std::ranges::any_of(output.results, [](const Result& r) { return !r.error.empty(); });
}

/// Why the target failed; empty when it did not.
std::string WhyFailed(const runner::ChildEnd& end,
                      const std::expected<TargetOutput, std::string>& parsed, bool may_be_empty) {
  if (!parsed) return parsed.error();
  if (end.kind != runner::ChildEnd::Kind::kExited || end.value != 0) {
    return "status " + std::to_string(end.value);
  }
  if (parsed->results.empty()) return may_be_empty ? "" : "no results";
  return parsed->ended ? "" : "the line after the last result is missing";
}

/// How a target's program is run.
struct Execution {
  bool may_be_empty = false;
  bool on_board = false;  ///< it reports progress itself, and needs time to restore the device
  bool shows_console = false;
};

runner::ChildEnd Execute(const std::vector<std::string>& command, const Execution& how,
                         std::string& output) {
  const runner::Terminal terminal = {.converse =
                                         [&](std::string_view text) {
                                           output += text;
                                           if (how.shows_console) {
                                             std::fwrite(text.data(), 1, text.size(), stderr);
                                           }
                                           return std::string();
                                         },
                                     .keeps_errors = how.on_board,
                                     .polite = how.on_board};
  return runner::RunChild(command, std::nullopt, terminal);
}

/// Exit status of this program after its only target failed.
int StatusOf(const runner::ChildEnd& end) {
  using Kind = runner::ChildEnd::Kind;
  if (end.kind == Kind::kExited && end.value != 0) return end.value;
  return end.kind == Kind::kInterrupted ? 128 + end.value : kStatusFailed;
}

/// Runs one target; reports a failure on standard error.
Target RunTarget(const char* name, const std::vector<std::string>& command, const Execution& how) {
  Progress(name, "running");
  std::string output;
  const runner::ChildEnd end = Execute(command, how, output);
  if (end.kind == runner::ChildEnd::Kind::kNotStarted) {
    Progress(name, "FAILED: cannot start " + command.front());
    return {.failed = true};
  }
  const auto parsed = ParseTargetOutput(output);
  const std::string why = WhyFailed(end, parsed, how.may_be_empty);
  if (why.empty()) return {*parsed, HasErrors(*parsed)};
  const std::string_view tail = how.shows_console ? "" : Tail(output, 12);
  Progress(name, "FAILED: " + why + (tail.empty() ? "" : "; it ended with:"));
  std::fwrite(tail.data(), 1, tail.size(), stderr);
  return {.output = parsed ? std::optional(*parsed) : std::nullopt,
          .failed = true,
          .status = StatusOf(end)};
}

Target RunSimulator(const Options& options) {
  if (options.simulator.empty()) return {};
  std::vector<std::string> command = {options.simulator, "--trivet_lines",
                                      "--benchmark_min_time=" + options.min_time,
                                      "--benchmark_repetitions=" + options.repetitions};
  if (!options.filter.empty()) command.push_back("--benchmark_filter=" + options.filter);
  // A filter may select what only EL2 has.
  return RunTarget("simulator", command, {.may_be_empty = !options.filter.empty()});
}

/// Ignores the filter: a full run is short, and the table needs the limits.
Target RunEl2(const Options& options) {
  if (options.el2.empty()) return {};
  std::vector<std::string> command = options.el2;
  command.insert(command.end(), options.runner.begin(), options.runner.end());
  return RunTarget("EL2", command,
                   {.on_board = options.simulator.empty(), .shows_console = options.where.console});
}

std::string Footnotes(const Options& options, const Targets& targets) {
  std::string notes;
  if (!options.el2_missing.empty()) notes += "EL2 was not run: " + options.el2_missing + '\n';
  notes += SimulatorSpeed(targets.simulator);
  if (!targets.el2) return notes;
  if (!targets.el2->no_instructions.empty()) {
    notes += "EL2 counts no instructions: " + targets.el2->no_instructions + '\n';
  }
  if (!targets.el2->no_cycles.empty()) {
    notes += "EL2 has no cycles and no times: " + targets.el2->no_cycles + '\n';
  }
  return notes;
}

/// Prints the table or JSON and writes the file. Standard output may be a pipe that closes early.
/// Returns a one-line error.
std::expected<void, std::string> Publish(const Options& options, const Targets& targets,
                                         const Filter& selected, std::optional<OutputFile>& file) {
  std::string table = RenderTable(targets, selected);
  if (table.empty()) {
    return std::unexpected("Failed to match any benchmarks against regex: " + options.filter);
  }
  const std::string notes = Footnotes(options, targets);
  if (!notes.empty()) table += '\n' + notes;
  const std::string json = RenderJson(targets, selected, ThisRun("//bench"));
  std::expected<void, std::string> written;
  if (file) written = file->Replace(options.json_to_file ? json : table);
  std::fputs((options.json_to_console ? json : '\n' + table).c_str(), stdout);
  std::fflush(stdout);
  return written;
}

int Run(const Options& options, const Filter& selected) {
  std::optional<OutputFile> file;
  if (!options.out.empty()) {
    auto opened = OutputFile::Open(options.out);
    if (!opened) return Fail(kStatusFailed, opened.error());
    file.emplace(std::move(*opened));
  }
  const Target el2 = RunEl2(options);
  const Target simulator = RunSimulator(options);
  const int failed = options.simulator.empty() ? el2.status : kStatusFailed;
  const bool el2_is_empty = !el2.output || (el2.failed && el2.output->results.empty());
  if (!simulator.output && el2_is_empty) return failed;
  const auto published = Publish(options, {simulator.output, el2.output}, selected, file);
  if (!published) return Fail(kStatusFailed, published.error());
  return simulator.failed || el2.failed ? failed : 0;
}

/// Replaces this process by the EL2 target's program, to write files or to debug.
int BecomeEl2(const Options& options) {
  std::vector<std::string> command = options.el2;
  // A person reads the output.
  std::erase(command, "--trivet_lines");
  command.insert(command.end(), options.runner.begin(), options.runner.end());
  if (!options.filter.empty()) command.push_back("--benchmark_filter=" + options.filter);
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  execv(words[0], words.data());
  return Fail(kStatusFailed, "cannot start " + command.front());
}

int Main(const std::vector<std::string>& arguments) {
  const auto options = ParseOptions(arguments);
  if (!options) return tools::Misused("bench", options.error());
  if (!options->help.empty()) return std::fputs(options->help.c_str(), stdout), 0;
  using Where = runner::Options::Where;
  const bool no_results =
      options->where.where == Where::kOut || options->where.where == Where::kGdb;
  if (no_results && !options->el2.empty()) return BecomeEl2(*options);
  const auto filter = MakeFilter(options->filter);
  if (!filter) return tools::Misused("bench", filter.error());
  return Run(*options, *filter);
}

}  // namespace
}  // namespace trivet::bench

int main(int argc, char** argv) { return trivet::bench::Main({argv + 1, argv + argc}); }
