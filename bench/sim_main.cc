// Google Benchmark's own main, and --trivet_lines: one line per result for the table to read, in
// the format of the EL2 runner.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return quoted + '"';
}

class LineReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override {
    std::puts("TRIVET-BENCH: {\"context\":\"sim\"}");
    return true;
  }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) Print(run);
  }

 private:
  static void Print(const Run& run) {
    std::printf("TRIVET-BENCH: {\"name\":%s", Quoted(run.benchmark_name()).c_str());
    if (run.skipped != benchmark::internal::NotSkipped) {
      const bool error = run.skipped == benchmark::internal::SkippedWithError;
      std::printf(",\"%s\":%s}\n", error ? "error" : "skipped", Quoted(run.skip_message).c_str());
      return;
    }
    std::printf(",\"iterations\":%lld,\"time_ns\":%.3f", static_cast<long long>(run.iterations),
                Nanoseconds(run));
    if (!run.report_label.empty()) std::printf(",\"label\":%s", Quoted(run.report_label).c_str());
    std::puts("}");
  }

  /// CPU time, as the host is shared, unless the benchmark measures by itself.
  static double Nanoseconds(const Run& run) {
    const bool by_itself = run.run_name.time_type == "manual_time";
    const double time = by_itself ? run.GetAdjustedRealTime() : run.GetAdjustedCPUTime();
    return time * 1e9 / benchmark::GetTimeUnitMultiplier(run.time_unit);
  }
};

/// Removes the flag; true when it was there.
bool TakeLinesFlag(int& argc, char** argv) {
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--trivet_lines") != 0) argv[kept++] = argv[i];
  }
  const bool found = kept != argc;
  argc = kept;
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  const bool as_lines = TakeLinesFlag(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  LineReporter lines;
  if (as_lines) {
    benchmark::RunSpecifiedBenchmarks(&lines);
  } else {
    benchmark::RunSpecifiedBenchmarks();
  }
  benchmark::Shutdown();
  return 0;
}
