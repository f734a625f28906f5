// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "freestanding/benchmark/runner.h"

#include <algorithm>
#include <cstddef>

#include "benchmark/benchmark.h"
#include "freestanding/benchmark/measure.h"
#include "freestanding/benchmark/platform.h"
#include "freestanding/benchmark/report.h"
#include "freestanding/text/name_filter.h"

namespace benchmark::internal {
namespace {

using Name = trivet::text::Text<96>;

struct Options {
  std::string_view filter = {};
  bool list = false;
  bool lines = false;
};

/// Takes the value of `--flag=value`; false when `argument` is another flag.
bool TakeValue(std::string_view argument, std::string_view flag, std::string_view& value) {
  if (!argument.starts_with(flag)) return false;
  value = argument;
  value.remove_prefix(flag.size());
  return true;
}

bool TakeArgument(std::string_view argument, Options& options) {
  if (TakeValue(argument, "--benchmark_filter=", options.filter)) return true;
  bool* const flag =
      argument == "--benchmark_list_tests" || argument == "--benchmark_list_tests=true"
          ? &options.list
      : argument == "--trivet_lines" ? &options.lines
                                     : nullptr;
  if (flag != nullptr) *flag = true;
  return flag != nullptr;
}

/// What else there is are a kernel's parameters, which loaders add: "console=ttyAMA0", "ro", "--".
bool IsFlag(std::string_view argument) { return argument.size() > 2 && argument.starts_with("--"); }

/// False when a flag is not known; says which.
bool Parse(std::string_view arguments, Options& options) {
  while (!arguments.empty()) {
    const std::size_t end = std::min(arguments.find(' '), arguments.size());
    const std::string_view argument = arguments.substr(0, end);
    arguments.remove_prefix(std::min(end + 1, arguments.size()));
    if (!IsFlag(argument) || TakeArgument(argument, options)) continue;
    Write(trivet::text::Text<200>()
          << "benchmark: error: unrecognized command-line flag: " << argument << '\n');
    return false;
  }
  return true;
}

Name NameOf(const Benchmark& benchmark, const Benchmark::Instance& instance) {
  Name name;
  name << benchmark.name();
  for (std::size_t i = 0; i < instance.count; ++i) name << '/' << instance.values[i];
  return name;
}

template <class F>
void ForEachSelected(std::string_view filter, F visit) {
  for (const Benchmark* b = FirstBenchmark(); b != nullptr; b = b->next()) {
    for (std::size_t i = 0; i < b->instances(); ++i) {
      const Name name = NameOf(*b, b->instance(i));
      if (trivet::text::IsSelected(name.view(), filter)) visit(name.view(), *b, b->instance(i));
    }
  }
}

int List(std::string_view filter) {
  ForEachSelected(filter, [](std::string_view name, const auto&, const auto&) {
    Write(Name() << name << '\n');
  });
  return 0;
}

int Run(const Options& options) {
  const std::string_view filter = options.filter;
  std::size_t width = 9, selected = 0;
  ForEachSelected(filter, [&](std::string_view name, const auto&, const auto&) {
    width = std::max(width, name.size());
    ++selected;
  });
  if (selected == 0) {
    Write(trivet::text::Text<200>()
          << "Failed to match any benchmarks against: " << filter << '\n');
    return 1;
  }
  const Capabilities capabilities = StartCounters();
  const Calibration calibration;
  Report report(options.lines, width, capabilities);
  report.Begin(calibration);
  bool failed = false;
  ForEachSelected(filter, [&](std::string_view name, const Benchmark& benchmark,
                              const Benchmark::Instance& instance) {
    StartCounters();
    const Measurement measurement = calibration.Measure(benchmark, instance);
    failed = failed || measurement.outcome == Measurement::Outcome::kError;
    report.Add(name, measurement);
  });
  report.End();
  return failed ? 1 : 0;
}

}  // namespace

int RunBenchmarks(std::string_view arguments) {
  Options options;
  if (!Parse(arguments, options)) return 1;
  if (options.filter.find_first_of("^$.[]()|+\\") != std::string_view::npos) {
    Write(trivet::text::Text<200>()
          << "benchmark: error: --benchmark_filter at EL2 takes names with * and ?, separated by "
             "':', not "
          << options.filter << '\n');
    return 1;
  }
  return options.list ? List(options.filter) : Run(options);
}

}  // namespace benchmark::internal
