// SPDX-License-Identifier: Apache-2.0 OR MIT
// lab replay: checks traces in the format "elx-trace 1" against the simulator.

#include <format>

#include "lab/checks.h"
#include "lab/traces/input.h"
#include "lab/traces/replayer.h"
#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

struct Summary {
  ReplayCounts counts;
  std::uint64_t unmarked = 0;  ///< Lines skipped that are not marked "?".

  void Add(const Summary& other) {
    counts.checked += other.counts.checked;
    counts.skipped += other.counts.skipped;
    counts.disagreements += other.counts.disagreements;
    unmarked += other.unmarked;
  }
};

void Report(std::string_view name, const ReplayCounts& counts) {
  Print(std::format("{}: checked={} skipped={} disagreements={}\n", name, counts.checked,
                    counts.skipped, counts.disagreements));
}

/// Prints a line that disagrees, or that is skipped without being marked so.
void ReplayLine(Replayer& replayer, const std::string& where, std::string_view line,
                Summary& summary) {
  switch (replayer.Line(line)) {
    case Replayer::Result::kMalformed:
      throw sim::Violation(std::format("{}: malformed: {}", where, replayer.message()));
    case Replayer::Result::kDisagrees:
      Print(std::format("{}: {}\n  {}\n", where, line, replayer.message()));
      break;
    case Replayer::Result::kSkipped:
      if (replayer.message() == Replayer::kMarked) break;
      ++summary.unmarked;
      Print(std::format("{}: {}\n  skipped: {}\n", where, line, replayer.message()));
      break;
    default: break;
  }
}

Summary ReplayFile(const sim::Profile& profile, const std::string& path) {
  const std::string text = ReadInput(path);
  Replayer replayer(profile);
  Summary summary;
  std::string_view line;
  for (Lines lines(text); lines.Next(line);) {
    ReplayLine(replayer, std::format("{}:{}", path, lines.number()), line, summary);
  }
  summary.counts = replayer.counts();
  if (summary.counts.checked + summary.counts.skipped == 0) {
    throw sim::Violation(path + ": no line of it states an outcome");
  }
  return summary;
}

}  // namespace

int ReplayFiles(const CpuOptions& cpu, const Words& files, bool strict) {
  const sim::Profile profile = cpu.Chosen();
  Summary total;
  for (const std::string& file : files) {
    const Summary summary = ReplayFile(profile, file);
    const ReplayCounts& counts = summary.counts;
    if (!strict || counts.skipped + counts.disagreements != 0) Report(file, counts);
    total.Add(summary);
  }
  Report("total", total.counts);
  if (total.counts.disagreements != 0) return kDisagreed;
  if (!strict) return kAgreed;
  Print(std::format("{}{}: {} checked, {} not modelled\n", cpu.cpu, cpu.el3 ? "+el3" : "",
                    total.counts.checked, total.unmarked));
  const bool enough = total.counts.checked != 0 && total.unmarked * 100 <= total.counts.checked;
  return enough ? kAgreed : kDisagreed;
}

int Replay(const Words& words) {
  CpuOptions cpu;
  const Words files = Files({.usage = "lab replay --cpu=NAME [--el3] FILE...",
                             .options = cpu.Table(),
                             .takes_operands = true},
                            words, 1);
  return ReplayFiles(cpu, files, false);
}

}  // namespace trivet::lab
