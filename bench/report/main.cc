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
#include "tools/runner/child.h"
#include "tools/user_path.h"

namespace trivet::bench::report {
namespace {

constexpr int kStatusFailed = 1;
constexpr int kStatusUsage = 2;
constexpr char kUsage[] =
    "usage: --out DIR [--compare OLD.json] [--from SAVED.json] [--benchmark_filter=REGEX ...]; "
    "--from shows a saved run instead of measuring";

/// What the BUILD file and the user ask for. Paths are where the user means them.
struct Options {
  std::vector<std::string> bench;  ///< --bench=WORD, repeated: the program that measures.
  std::string out, compare, from;
};

int Fail(int status, const std::string& why) {
  std::fprintf(stderr, "report: %s\n", why.c_str());
  return status;
}

/// Flags of Google Benchmark go on to the program that measures; --flag VALUE and --flag=VALUE are
/// the same.
std::optional<Options> ParseOptions(std::vector<std::string> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    const std::string name = arguments[i].substr(0, equals);
    if (name.starts_with("--benchmark_") && name != "--benchmark_out") {
      options.bench.push_back(arguments[i]);
      continue;
    }
    const bool has_value = equals != arguments[i].npos || i + 1 < arguments.size();
    if (!has_value) return std::nullopt;
    const std::string value =
        equals == arguments[i].npos ? arguments[++i] : arguments[i].substr(equals + 1);
    if (name == "--bench") {
      options.bench.push_back(value);
    } else if (name == "--out" || name == "--compare" || name == "--from") {
      (name == "--out"       ? options.out
       : name == "--compare" ? options.compare
                             : options.from) = tools::UserPath(value);
    } else {
      return std::nullopt;
    }
  }
  if (options.out.empty() || (options.bench.empty() && options.from.empty())) return std::nullopt;
  return options;
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
  using namespace trivet::bench::report;  // NOLINT(google-build-using-namespace): its own main
  const auto options = ParseOptions({argv + 1, argv + argc});
  return options ? Report(*options) : Fail(kStatusUsage, kUsage);
}
