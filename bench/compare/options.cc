#include "bench/compare/options.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <regex>
#include <span>

namespace trivet::bench {
namespace {

constexpr char kKnown[] =
    "--benchmark_filter=REGEX, --benchmark_format=console|json, --benchmark_out=FILE, "
    "--benchmark_out_format=console|json, and for the simulator --benchmark_min_time=TIME and "
    "--benchmark_repetitions=N; bazel run //bench:sim knows all of Google Benchmark's. With "
    "--platforms=//platforms:BOARD also ";

/// True when `value` is a format; says in `json` which.
bool ParseFormat(const std::string& value, bool& json) {
  json = value == "json";
  return json || value == "console";
}

bool Take(const std::string& name, const std::string& value, Options& options) {
  const std::map<std::string, std::string*> texts = {
      {"--sim", &options.simulator},
      {"--el2_missing", &options.el2_missing},
      {"--benchmark_filter", &options.filter},
      {"--benchmark_repetitions", &options.repetitions},
      {"--benchmark_min_time", &options.min_time},
      {"--benchmark_out", &options.out}};
  if (name == "--el2") {
    options.el2.push_back(value);
    return true;
  }
  if (name == "--benchmark_format") return ParseFormat(value, options.json_to_console);
  if (name == "--benchmark_out_format") return ParseFormat(value, options.json_to_file);
  const auto text = texts.find(name);
  if (text == texts.end()) return false;
  *text->second = value;
  return true;
}

}  // namespace

std::expected<Options, std::string> ParseOptions(const std::vector<std::string>& arguments) {
  Options options;
  for (std::span<const std::string> rest = arguments; !rest.empty();) {
    const std::size_t words = runner::UserOptionWords(rest);
    options.runner.insert(options.runner.end(), rest.begin(),
                          rest.begin() + static_cast<std::ptrdiff_t>(words));
    const std::string& argument = rest.front();
    const std::size_t equals = argument.find('=');
    const bool known =
        words != 0 || (equals != argument.npos &&
                       Take(argument.substr(0, equals), argument.substr(equals + 1), options));
    if (!known) {
      return std::unexpected("unknown argument '" + argument + "'; known are " + kKnown +
                             runner::UserOptionNames());
    }
    rest = rest.subspan(std::max(words, std::size_t{1}));
  }
  if (options.runner.empty()) return options;
  if (!options.simulator.empty()) {
    return std::unexpected("'" + options.runner.front() +
                           "' is for one board: add --platforms=//platforms:BOARD");
  }
  std::vector<std::string> others;
  const auto where = runner::ParseUserArguments(options.runner, others);
  if (!where) return std::unexpected(where.error());
  options.where = *where;
  return options;
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
