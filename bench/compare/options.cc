// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/compare/options.h"

#include <regex>

#include "tools/options/options.h"

namespace trivet::bench {
namespace {

tools::Setter Format(bool& is_json) {
  return tools::OneOf<bool>(is_json, {{"console", false}, {"json", true}});
}

constexpr char kAllOptions[] = "bazel run //bench:sim has all of Google Benchmark's";

tools::Command BenchCommand(Options& o) {
  return {
      .usage = "bazel run //bench -- [OPTION...]",
      .options = {{"--sim", "PROGRAM", "", &o.simulator},
                  {"--el2_missing", "WHY", "", &o.el2_missing},
                  {"--el2", "WORD", "", &o.el2},
                  {"--benchmark_filter", "REGEX", "select benchmarks", &o.filter},
                  {"--benchmark_format", "console|json", "on standard output",
                   Format(o.json_to_console)},
                  {"--benchmark_out", "FILE", "write the results there too", tools::Path{&o.out}},
                  {"--benchmark_out_format", "console|json", "in that file",
                   Format(o.json_to_file)},
                  {"--benchmark_min_time", "TIME", "of a sample on the simulator", &o.min_time},
                  {"--benchmark_repetitions", "N", "samples on the simulator", &o.repetitions}},
      .takes_operands = true,
      .passes_unknown_options = true};
}

}  // namespace

std::expected<Options, std::string> ParseOptions(const std::vector<std::string>& arguments) {
  Options options;
  const tools::Command command = BenchCommand(options);
  auto rest = tools::Parse(command, arguments);
  if (!rest) return std::unexpected(rest.error());
  if (rest->help) {
    options.help =
        tools::Help(command) + kAllOptions + ".\n" +
        "With --platforms=@trivet//platforms:BOARD also those of the runner: " + runner::UserHelp();
    return options;
  }
  options.runner = std::move(rest->operands);
  if (const auto where = runner::ParseUserOptions(options.runner, options.where); !where) {
    return std::unexpected(where.error());
  }
  if (const auto& unknown = options.where.guest_arguments; !unknown.empty()) {
    return std::unexpected("unknown argument '" + unknown.front() +
                           "'; --help lists the options, and " + kAllOptions);
  }
  if (options.runner.empty() || options.simulator.empty()) return options;
  return std::unexpected("'" + options.runner.front() +
                         "' is for one board: add --platforms=@trivet//platforms:BOARD");
}

std::expected<std::function<bool(std::string_view)>, std::string> MakeFilter(
    const std::string& filter) {
  const bool inverted = filter.starts_with('-');
  try {
    const std::regex regex(filter == "all" ? "" : filter.substr(inverted ? 1 : 0));
    return [=](std::string_view name) {
      return std::regex_search(name.begin(), name.end(), regex) != inverted;
    };
  } catch (const std::regex_error& error) {
    return std::unexpected(std::string("--benchmark_filter: ") + error.what());
  }
}

}  // namespace trivet::bench
