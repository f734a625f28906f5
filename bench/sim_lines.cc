// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/sim_lines.h"

#include <algorithm>
#include <cstdio>
#include <format>

#include "freestanding/benchmark/checksum.h"
#include "freestanding/text/json.h"
#include "freestanding/text/string_sink.h"

namespace trivet::bench {
namespace {

using text::JsonObject;
using Run = benchmark::BenchmarkReporter::Run;

/// FAMILY/OPERATION and its arguments, without how it was measured.
std::string NameOf(const Run& run) {
  const std::string& arguments = run.run_name.args;
  return run.run_name.function_name + (arguments.empty() ? "" : "/" + arguments);
}

void PrintObject(JsonObject& object, const text::StringSink& text) {
  object.End();
  const std::string line = std::string(kResultPrefix) + text.string() +
                           std::string(Checksum(text.string()).view()) + '\n';
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

double Nanoseconds(double adjusted, const Run& run) {
  return adjusted * 1e9 / benchmark::GetTimeUnitMultiplier(run.time_unit);
}

/// CPU time, as the host is shared, unless the benchmark measures by itself.
double CpuNanoseconds(const Run& run) {
  const bool by_itself = run.run_name.time_type == "manual_time";
  return Nanoseconds(by_itself ? run.GetAdjustedRealTime() : run.GetAdjustedCPUTime(), run);
}

/// By nearest rank, of sorted samples.
double Percentile(const std::vector<double>& samples, std::size_t percent) {
  return samples[std::max<std::size_t>((samples.size() * percent + 99) / 100, 1) - 1];
}

/// Prints with three decimals.
struct Milli {
  double value;
  friend void operator<<(text::Sink& sink, Milli milli) {
    sink << std::format("{:.3f}", milli.value);
  }
};

/// Adds what the repetitions of one benchmark took.
void AddFigures(const std::vector<Run>& repetitions, JsonObject& object) {
  std::vector<double> cpu, real;
  long long iterations = 0;
  for (const Run& run : repetitions) {
    cpu.push_back(CpuNanoseconds(run));
    real.push_back(Nanoseconds(run.GetAdjustedRealTime(), run));
    iterations += run.iterations;
  }
  std::ranges::sort(cpu);
  std::ranges::sort(real);
  object.Add("iterations", iterations)
      .Add("time_ns", Milli{Percentile(cpu, 50)})
      .Add("real_ns", Milli{Percentile(real, 50)});
  if (cpu.size() == 1) return;
  object.Add("samples", cpu.size())
      .Add("ns_min", Milli{cpu.front()})
      .Add("ns_p50", Milli{Percentile(cpu, 50)})
      .Add("ns_p90", Milli{Percentile(cpu, 90)})
      .Add("ns_p99", Milli{Percentile(cpu, 99)})
      .Add("ns_max", Milli{cpu.back()});
}

}  // namespace

bool LineReporter::ReportContext(const Context&) {
  text::StringSink text;
  JsonObject object(text);
  PrintObject(object.Add("context", "sim"), text);
  return true;
}

void LineReporter::ReportRuns(const std::vector<Run>& runs) {
  std::vector<Run> repetitions;
  for (const Run& run : runs) {
    if (run.run_type == Run::RT_Iteration) repetitions.push_back(run);
  }
  if (repetitions.empty()) return;
  const Run& first = repetitions.front();
  text::StringSink text;
  JsonObject object(text);
  object.Add("name", NameOf(first));
  const auto skipped = std::ranges::find_if(
      repetitions, [](const Run& run) { return run.skipped != benchmark::internal::NotSkipped; });
  if (skipped != repetitions.end()) {
    const bool error = skipped->skipped == benchmark::internal::SkippedWithError;
    object.Add(error ? "error" : "skipped", skipped->skip_message);
  } else {
    AddFigures(repetitions, object);
    for (const auto& [name, counter] : first.counters) {
      object.Member(name) << std::format("{:.10g}", counter.value);
    }
    if (!first.report_label.empty()) object.Add("label", first.report_label);
  }
  PrintObject(object, text);
  ++results_;
}

void LineReporter::Finalize() {
  text::StringSink text;
  JsonObject object(text);
  PrintObject(object.Add("end", results_), text);
}

}  // namespace trivet::bench
