// `bazel run //bench`: runs the benchmarks on every leg this host has and prints one table.

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "bench/compare/result_line.h"
#include "bench/compare/table.h"
#include "tools/runner/child.h"

namespace trivet::bench {
namespace {

constexpr int kStatusUsage = 2;

/// What the BUILD file and the user ask for.
struct Options {
  std::string simulator;    ///< --sim: the simulator's benchmark program.
  std::string el2_missing;  ///< --el2_missing: why there is no EL2 leg; empty when there is one.
  std::vector<std::string>
      el2;             ///< --el2, repeated: the command that boots the image, word by word.
  std::string filter;  ///< --benchmark_filter
  std::string min_time = "0.1s";  ///< --benchmark_min_time, of the simulator leg.
};

bool ParseOptions(const std::vector<std::string>& arguments, Options& options) {
  const std::map<std::string, std::string*> values = {{"--sim", &options.simulator},
                                                      {"--el2_missing", &options.el2_missing},
                                                      {"--benchmark_filter", &options.filter},
                                                      {"--benchmark_min_time", &options.min_time}};
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const std::string value = equals == argument.npos ? "" : argument.substr(equals + 1);
    if (name == "--el2") {
      options.el2.push_back(value);
    } else if (const auto known = values.find(name);
               known != values.end() && equals != argument.npos) {
      *known->second = value;
    } else {
      std::fprintf(
          stderr,
          "bench: unknown argument '%s'; the table knows --benchmark_filter=REGEX and "
          "--benchmark_min_time=TIME; bazel run //bench:sim knows all of Google Benchmark's\n",
          argument.c_str());
      return false;
    }
  }
  return true;
}

void Progress(const char* leg, const char* what) {
  std::fprintf(stderr, "bench: %s: %s\n", leg, what);
}

/// The last lines of what a program printed.
std::string_view Tail(std::string_view text, int lines) {
  std::size_t at = text.size();
  while (at > 0 && lines >= 0) {
    if (text[--at] == '\n' && lines-- == 0) return text.substr(at + 1);
  }
  return text;
}

/// What a leg came to. A leg that failed may have printed results all the same.
struct Leg {
  std::optional<LegOutput> output;
  bool failed = false;
};

bool HasErrors(const LegOutput& output) {
  return std::ranges::any_of(output.results, [](const Result& r) { return !r.error.empty(); });
}

/// Runs one leg and tells the user when it failed.
Leg RunLeg(const char* name, const std::vector<std::string>& command, bool may_be_empty) {
  Progress(name, "running");
  std::string output;
  const runner::ChildEnd end =
      runner::RunChild(command, std::nullopt, [&output](std::string_view text) { output += text; });
  if (end.kind == runner::ChildEnd::Kind::kNotStarted) {
    Progress(name, ("FAILED: cannot start " + command.front()).c_str());
    return {.failed = true};
  }
  auto parsed = ParseLegOutput(output);
  if (parsed && parsed->results.empty() && !may_be_empty) parsed = std::unexpected("no results");
  if (parsed && end.kind == runner::ChildEnd::Kind::kExited && end.value == 0) {
    return {*parsed, HasErrors(*parsed)};
  }
  const std::string why = !parsed ? parsed.error() : "status " + std::to_string(end.value);
  Progress(name, ("FAILED: " + why + "; it ended with:").c_str());
  const std::string_view tail = Tail(output, 12);
  std::fwrite(tail.data(), 1, tail.size(), stderr);
  return {parsed ? std::optional(*parsed) : std::nullopt, true};
}

int Run(const Options& options, const std::function<bool(std::string_view)>& selected) {
  std::vector<std::string> simulator = {options.simulator, "--trivet_lines",
                                        "--benchmark_min_time=" + options.min_time};
  std::string footnotes;
  Leg el2;
  if (options.el2_missing.empty()) {
    // All of it: it takes a moment, and the limits are wanted whatever the filter.
    el2 = RunLeg("EL2 in QEMU", options.el2, /*may_be_empty=*/false);
    if (el2.output && !el2.output->no_instructions.empty()) {
      footnotes += "EL2 in QEMU counts no instructions: " + el2.output->no_instructions + '\n';
    }
  } else {
    footnotes += "EL2 in QEMU was not run: " + options.el2_missing + '\n';
  }
  if (!options.filter.empty()) simulator.push_back("--benchmark_filter=" + options.filter);
  // A filter may select what only EL2 has.
  const Leg sim = RunLeg("simulator", simulator, /*may_be_empty=*/!options.filter.empty());

  const std::string table = RenderTable(sim.output, el2.output, selected);
  if (table.empty()) {
    std::fprintf(stderr, "Failed to match any benchmarks against regex: %s\n",
                 options.filter.c_str());
    return 1;
  }
  std::printf("\n%s", table.c_str());
  if (!footnotes.empty()) std::printf("\n%s", footnotes.c_str());
  return sim.failed || el2.failed ? 1 : 0;
}

int Main(const std::vector<std::string>& arguments) {
  Options options;
  if (!ParseOptions(arguments, options)) return kStatusUsage;
  const bool inverted = options.filter.starts_with('-');
  std::regex filter;
  try {
    filter = std::regex(options.filter.substr(inverted ? 1 : 0));
  } catch (const std::regex_error& error) {
    std::fprintf(stderr, "bench: --benchmark_filter: %s\n", error.what());
    return kStatusUsage;
  }
  return Run(options, [&](std::string_view name) {
    return std::regex_search(name.begin(), name.end(), filter) != inverted;
  });
}

}  // namespace
}  // namespace trivet::bench

int main(int argc, char** argv) { return trivet::bench::Main({argv + 1, argv + argc}); }
