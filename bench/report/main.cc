// SPDX-License-Identifier: Apache-2.0 OR MIT
// `bazel run //bench:report -- --out DIR`: measures, and writes a page about it.

#include <cstdio>
#include <expected>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/compare/output_file.h"
#include "bench/report/page.h"
#include "bench/report/run.h"
#include "tools/options/options.h"
#include "tools/runner/child.h"

namespace trivet::bench::report {
namespace {

constexpr int kStatusFailed = 1;
/// The command line, from the BUILD file and the user.
struct Options {
  std::vector<std::string> bench;  ///< --bench=WORD, repeated: the program that measures.
  std::string out, compare, from;
};

int Fail(int status, const std::string& why) {
  std::fprintf(stderr, "report: %s\n", why.c_str());
  return status;
}

tools::Command ReportCommand(Options& o) {
  return {
      .usage = "bazel run //bench:report -- --out DIR [OPTION...] [--benchmark_OPTION...]",
      .options = {{"--out", "DIR", "write index.html and results.json there", tools::Path{&o.out}},
                  {"--compare", "OLD.json", "show changes since a saved run",
                   tools::Path{&o.compare}},
                  {"--from", "SAVED.json", "show a saved run instead of measuring",
                   tools::Path{&o.from}},
                  {"--bench", "WORD", "", &o.bench}},
      .passes_unknown_options = true};
}

/// Options of Google Benchmark are passed on to the program that measures.
std::expected<void, std::string> TakeBenchmarkOptions(const tools::Words& words, Options& options) {
  for (const std::string& word : words) {
    const bool known = word.starts_with("--benchmark_") && !word.starts_with("--benchmark_out=");
    if (!known) return std::unexpected("unknown option '" + word + "'; --help lists the options");
    options.bench.push_back(word);
  }
  if (options.out.empty()) return std::unexpected("--out is missing; --help lists the options");
  if (!options.bench.empty() || !options.from.empty()) return {};
  return std::unexpected("nothing to measure with: --bench or --from is missing");
}

std::expected<SavedRun, std::string> Load(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return std::unexpected("cannot read '" + path + "'");
  auto run = ParseRun(text.str());
  if (!run) return std::unexpected("'" + path + "' is no saved run: " + run.error());
  return run;
}

enum class Measured { kNothing, kSome, kAll };

/// Runs the benchmarks into DIR/results.json, which keeps what it had when there are no results.
Measured Measure(const Options& options, const std::string& results) {
  const std::string fresh = results + ".new";
  std::filesystem::remove(fresh);
  std::vector<std::string> command = options.bench;
  command.push_back("--benchmark_out=" + fresh);
  const runner::ChildEnd end = runner::RunChild(command, std::nullopt, [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  });
  if (!std::filesystem::exists(fresh)) return Measured::kNothing;
  std::filesystem::rename(fresh, results);
  const bool all = end.kind == runner::ChildEnd::Kind::kExited && end.value == 0;
  return all ? Measured::kAll : Measured::kSome;
}

int Report(const Options& options) {
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  const std::string page_path = options.out + "/index.html";
  auto page = OutputFile::Open(page_path);
  if (!page) return Fail(kStatusFailed, page.error());
  std::optional<SavedRun> old;
  if (!options.compare.empty()) {
    auto loaded = Load(options.compare);
    if (!loaded) return Fail(kStatusFailed, loaded.error());
    old = std::move(*loaded);
  }
  const std::string results = options.from.empty() ? options.out + "/results.json" : options.from;
  const Measured measured = options.from.empty() ? Measure(options, results) : Measured::kAll;
  if (measured == Measured::kNothing) return Fail(kStatusFailed, "nothing was measured: see above");
  const auto run = Load(results);
  if (!run) return Fail(kStatusFailed, run.error());
  const auto written = page->Replace(RenderPage(*run, old ? &*old : nullptr));
  if (!written) return Fail(kStatusFailed, written.error());
  std::printf("report: %s\n", page_path.c_str());
  return measured == Measured::kAll ? 0
                                    : Fail(kStatusFailed, "not everything was measured: see above");
}

}  // namespace
}  // namespace trivet::bench::report

int main(int argc, char** argv) {
  using namespace trivet;         // NOLINT(google-build-using-namespace): its own main
  using namespace bench::report;  // NOLINT(google-build-using-namespace)
  Options options;
  const tools::Command command = ReportCommand(options);
  const auto rest = tools::Parse(command, tools::Words(argv + 1, argv + argc));
  if (!rest) return tools::Misused("report", rest.error());
  if (rest->help) return std::fputs(tools::Help(command).c_str(), stdout), 0;
  const auto complete = TakeBenchmarkOptions(rest->operands, options);
  return complete ? Report(options) : tools::Misused("report", complete.error());
}
