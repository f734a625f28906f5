#include "bench/sim_lines.h"

#include <algorithm>
#include <cstdio>
#include <format>

#include "freestanding/benchmark/checksum.h"
#include "tools/json/json_value.h"

namespace trivet::bench {
namespace {

using json::Quoted;
using Run = benchmark::BenchmarkReporter::Run;

/// FAMILY/OPERATION and its arguments, without how it was measured.
std::string NameOf(const Run& run) {
  const std::string& arguments = run.run_name.args;
  return run.run_name.function_name + (arguments.empty() ? "" : "/" + arguments);
}

void PrintObject(const std::string& object) {
  const std::string line =
      std::string(kResultPrefix) + object + std::string(Checksum(object).view()) + '\n';
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

/// What the repetitions of one benchmark took, as members of its object.
std::string Figures(const std::vector<Run>& repetitions) {
  std::vector<double> cpu, real;
  long long iterations = 0;
  for (const Run& run : repetitions) {
    cpu.push_back(CpuNanoseconds(run));
    real.push_back(Nanoseconds(run.GetAdjustedRealTime(), run));
    iterations += run.iterations;
  }
  std::ranges::sort(cpu);
  std::ranges::sort(real);
  std::string figures = std::format(R"(,"iterations":{},"time_ns":{:.3f},"real_ns":{:.3f})",
                                    iterations, Percentile(cpu, 50), Percentile(real, 50));
  if (cpu.size() == 1) return figures;
  return figures + std::format(R"(,"samples":{},"ns_min":{:.3f},"ns_p50":{:.3f},"ns_p90":{:.3f})"
                               R"(,"ns_p99":{:.3f},"ns_max":{:.3f})",
                               cpu.size(), cpu.front(), Percentile(cpu, 50), Percentile(cpu, 90),
                               Percentile(cpu, 99), cpu.back());
}

}  // namespace

bool LineReporter::ReportContext(const Context&) {
  PrintObject(R"({"context":"sim"})");
  return true;
}

void LineReporter::ReportRuns(const std::vector<Run>& runs) {
  std::vector<Run> repetitions;
  for (const Run& run : runs) {
    if (run.run_type == Run::RT_Iteration) repetitions.push_back(run);
  }
  if (repetitions.empty()) return;
  const Run& first = repetitions.front();
  std::string object = "{\"name\":" + Quoted(NameOf(first));
  const auto skipped = std::ranges::find_if(
      repetitions, [](const Run& run) { return run.skipped != benchmark::internal::NotSkipped; });
  if (skipped != repetitions.end()) {
    const bool error = skipped->skipped == benchmark::internal::SkippedWithError;
    object +=
        std::format(R"(,"{}":{})", error ? "error" : "skipped", Quoted(skipped->skip_message));
  } else {
    object += Figures(repetitions);
    for (const auto& [name, counter] : first.counters) {
      object += std::format(",{}:{:.10g}", Quoted(name), counter.value);
    }
    if (!first.report_label.empty()) object += ",\"label\":" + Quoted(first.report_label);
  }
  PrintObject(object + '}');
  ++results_;
}

void LineReporter::Finalize() { PrintObject(std::format(R"({{"end":{}}})", results_)); }

}  // namespace trivet::bench
