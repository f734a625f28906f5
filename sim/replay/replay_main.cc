// replay --cpu NAME [--el3] FILE...: checks traces in the format "elx-trace 1" against the
// simulator.

#include <format>

#include "sim/pe/violation.h"
#include "sim/replay/input.h"
#include "sim/replay/replayer.h"
#include "sim/tool.h"

namespace trivet::sim {
namespace {

void Report(std::string_view name, const ReplayCounts& counts) {
  Print(std::format("{}: checked={} skipped={} disagreements={}\n", name, counts.checked,
                    counts.skipped, counts.disagreements));
}

/// Prints what disagrees, and what is skipped without being marked so.
void ReplayLine(Replayer& replayer, std::string_view path, unsigned number, std::string_view line) {
  const Replayer::Result result = replayer.Line(line);
  if (result == Replayer::Result::kNothing || result == Replayer::Result::kChecked) return;
  const std::string where = std::format("{}:{}", path, number);
  switch (result) {
    case Replayer::Result::kMalformed:
      throw Violation(std::format("{}: malformed: {}", where, replayer.message()));
    case Replayer::Result::kDisagrees:
      Print(std::format("{}: {}\n  {}\n", where, line, replayer.message()));
      break;
    case Replayer::Result::kSkipped:
      if (replayer.message() != Replayer::kMarked)
        Print(std::format("{}: {}\n  skipped: {}\n", where, line, replayer.message()));
      break;
    default: break;
  }
}

ReplayCounts ReplayFile(const Profile& profile, const std::string& path) {
  const std::string text = ReadInput(path);
  Replayer replayer(profile);
  std::string_view line;
  for (Lines lines(text); lines.Next(line);) {
    ReplayLine(replayer, path, lines.number(), line);
  }
  if (replayer.counts().checked + replayer.counts().skipped == 0) {
    throw Violation(std::format("{}: no line of it states an outcome", path));
  }
  Report(path, replayer.counts());
  return replayer.counts();
}

int Main(int argc, char** argv) {
  const Options options = ParseOptions(argc, argv);
  if (options.cpu.empty() || options.files.empty()) {
    throw Violation("usage: replay --cpu NAME [--el3] FILE...");
  }
  const Profile profile = options.ChosenProfile();
  ReplayCounts total;
  for (const std::string& file : options.files) {
    const ReplayCounts counts = ReplayFile(profile, file);
    total.checked += counts.checked;
    total.skipped += counts.skipped;
    total.disagreements += counts.disagreements;
  }
  Report("total", total);
  return total.disagreements == 0 ? kAgreed : kDisagreed;
}

}  // namespace
}  // namespace trivet::sim

int main(int argc, char** argv) {
  return trivet::sim::RunTool("replay", &trivet::sim::Main, argc, argv);
}
