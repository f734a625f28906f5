// replay --cpu NAME [--el3] FILE...: checks traces in the format "elx-trace 1" against the
// simulator.

#include <cstdio>
#include <cstring>
#include <format>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "sim/replay/gzip.h"
#include "sim/replay/replayer.h"
#include "sim/violation.h"

namespace trivet::sim {
namespace {

struct Options {
  std::string cpu;
  bool el3 = false;
  std::vector<std::string> files;
};

constexpr int kAgreed = 0, kDisagreed = 1, kMisused = 2;

void Print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void Report(std::string_view name, const ReplayCounts& counts) {
  Print(std::format("{}: checked={} skipped={} disagreements={}\n", name, counts.checked,
                    counts.skipped, counts.disagreements));
}

/// False when the file cannot be read or a line is malformed.
bool ReplayFile(const Profile& profile, const std::string& path, ReplayCounts& total) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::string error;
  if (!file || !Decompress(text, error)) {
    Print(std::format("{}: cannot be read {}\n", path, error));
    return false;
  }
  Replayer replayer(profile);
  std::string_view rest = text;
  for (unsigned number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    const Replayer::Result result = replayer.Line(line);
    if (result == Replayer::Result::kMalformed) {
      Print(std::format("{}:{}: malformed: {}\n", path, number, replayer.message()));
      return false;
    }
    const bool unknown = result == Replayer::Result::kSkipped && replayer.message() != "marked ?";
    if (result == Replayer::Result::kDisagrees || unknown) {
      Print(std::format("{}:{}: {}\n  {}{}\n", path, number, line, unknown ? "skipped: " : "",
                        replayer.message()));
    }
  }
  Report(path, replayer.counts());
  total.checked += replayer.counts().checked;
  total.skipped += replayer.counts().skipped;
  total.disagreements += replayer.counts().disagreements;
  return true;
}

bool ParseOptions(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--cpu" && i + 1 < argc) {
      options.cpu = argv[++i];
    } else if (word == "--el3") {
      options.el3 = true;
    } else if (word.starts_with("-")) {
      return false;
    } else {
      options.files.emplace_back(word);
    }
  }
  return !options.cpu.empty() && !options.files.empty();
}

int Main(int argc, char** argv) {
  Options options;
  if (!ParseOptions(argc, argv, options)) {
    Print("usage: replay --cpu NAME [--el3] FILE...\n");
    return kMisused;
  }
  Profile profile = ProfileNamed(options.cpu);
  if (options.el3) profile = profile.WithEl3();
  ReplayCounts total;
  for (const std::string& file : options.files) {
    if (!ReplayFile(profile, file, total)) return kMisused;
  }
  Report("total", total);
  return total.disagreements == 0 ? kAgreed : kDisagreed;
}

}  // namespace
}  // namespace trivet::sim

int main(int argc, char** argv) {
  try {
    return trivet::sim::Main(argc, argv);
  } catch (const trivet::sim::Violation& violation) {
    std::fprintf(stderr, "replay: %s\n", violation.what());
    return trivet::sim::kMisused;
  }
}
