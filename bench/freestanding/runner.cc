#include "bench/freestanding/runner.h"

#include <algorithm>
#include <cstddef>

#include "bench/freestanding/filter.h"
#include "bench/freestanding/measure.h"
#include "bench/freestanding/platform.h"
#include "bench/freestanding/report.h"
#include "benchmark/benchmark.h"

namespace benchmark::internal {
namespace {

using Name = trivet::text::Text<96>;

struct Options {
  std::string_view filter = ".";
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
  if (TakeValue(argument, "--benchmark_filter=", options.filter)) {
    if (options.filter == "all") options.filter = ".";
    return true;
  }
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
void ForEachSelected(const Filter& filter, F visit) {
  for (const Benchmark* b = FirstBenchmark(); b != nullptr; b = b->next()) {
    for (std::size_t i = 0; i < b->instances(); ++i) {
      const Name name = NameOf(*b, b->instance(i));
      if (filter.Selects(name.view())) visit(name.view(), *b, b->instance(i));
    }
  }
}

int List(const Filter& filter) {
  ForEachSelected(filter, [](std::string_view name, const auto&, const auto&) {
    Write(Name() << name << '\n');
  });
  return 0;
}

int Run(const Filter& filter, const Options& options) {
  std::size_t width = 9, selected = 0;
  ForEachSelected(filter, [&](std::string_view name, const auto&, const auto&) {
    width = std::max(width, name.size());
    ++selected;
  });
  if (selected == 0) {
    Write(trivet::text::Text<200>()
          << "Failed to match any benchmarks against regex: " << options.filter << '\n');
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
  const Filter filter(options.filter);
  if (!filter.valid()) {
    Write(
        "benchmark: error: --benchmark_filter at EL2 knows . [] * + ? ^ $ | and \\, not this "
        "one\n");
    return 1;
  }
  return options.list ? List(filter) : Run(filter, options);
}

}  // namespace benchmark::internal
