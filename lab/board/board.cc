// SPDX-License-Identifier: Apache-2.0 OR MIT
// lab board: measures what the EL2 registers of a CPU do, on a board or in QEMU, replays traces on
// it and compares with the simulator.

#include "lab/board/board.h"

#include <algorithm>
#include <cstdio>
#include <format>
#include <fstream>
#include <string>
#include <vector>

#include "lab/board/comparison.h"
#include "lab/board/simulator.h"
#include "lab/board/target_run.h"
#include "lab/board/trace/command.h"
#include "lab/subcommand.h"
#include "lab/traces/input.h"
#include "sim/pe/violation.h"
#include "sim/profiles/profile_file.h"
#include "tools/user_path.h"

namespace trivet::lab::board {
namespace {

using sim::Violation;

/// Runs when no trace is named. In the runfiles.
constexpr char kBasicTrace[] = "lab/board/trace/basic.elx";

struct Options {
  std::string target;   ///< Boots the image and prints its console.
  std::string from;     ///< A recorded console instead.
  std::string profile;  ///< "": built from the target's identification registers.
  std::string write;    ///< Where the profile entry goes.
  tools::Words traces;  ///< Files; none: kBasicTrace.
  bool qemu = false, verbose = false, no_trace = false;
  bool is_qemu = false;  ///< The target, also where it is at a serial line.
  tools::Words rest;     ///< For the target.

  tools::Command Command() {
    using tools::Path, tools::Paths;
    return {.usage =
                "lab board --qemu | --serial=DEVICE | --from=FILE [OPTION...] "
                "[OPTION_OF_THE_RUNNER...]",
            .options = {{"--target", "PROGRAM", "", &target},
                        {"--from", "FILE", "compare a recorded console", Path{&from}},
                        {"--profile", "CPU|FILE",
                         "the simulated CPU; default: ID registers of "
                         "the target",
                         &profile},
                        {"--write", "FILE", "write the target as a profile", Path{&write}},
                        {"--trace", "FILE", "replay a trace; may be repeated", Paths{&traces}},
                        {"--target-is-qemu", "",
                         "count QEMU's own deviations as explained; --qemu implies it", &is_qemu},
                        {"--no-trace", "", "compare registers only", &no_trace},
                        {"--verbose", "", "print also what agrees or is explained", &verbose}},
            .takes_operands = true,
            .passes_unknown_options = true};
  }
};

Options ParseOptions(const tools::Words& words) {
  Options options;
  const tools::Command command = options.Command();
  options.rest = Operands(command, words, 0);
  options.qemu = std::ranges::contains(options.rest, "--qemu");
  options.is_qemu = options.is_qemu || options.qemu;
  const bool serial = std::ranges::any_of(options.rest, [](const std::string& word) {
    return word == "--serial" || word.starts_with("--serial=");
  });
  const bool recorded = !options.from.empty(), traces = !options.traces.empty();
  const bool wrong = recorded ? serial || traces : options.qemu == serial || options.target.empty();
  if (wrong || (traces && options.no_trace)) throw Violation("usage: " + command.usage);
  return options;
}

Measurements MeasureTarget(const Options& options) {
  std::string console;
  if (options.from.empty()) {
    Run run = RunTarget(options.target, options.rest);
    if (run.failed) throw Violation(FailureOf(run));
    console = std::move(run.console);
  } else {
    console = ReadFile(options.from);
  }
  Measurements measured;
  std::string error;
  if (!ParseMeasurements(console, measured, error)) throw Violation(error);
  return measured;
}

sim::Profile ChooseProfile(const Options& options, const sim::Profile& own) {
  if (options.profile.empty()) return own;
  for (const sim::Profile& profile : sim::AllProfiles()) {
    if (profile.name == options.profile) return own.has_el3 ? profile.WithEl3() : profile;
  }
  const std::string path = tools::UserPath(options.profile);
  return sim::ParseProfile(ReadFile(path), path);
}

const char* Word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAgrees: return "agrees";
    case Verdict::kReserved: return "agrees";
    case Verdict::kExplained: return "explained";
    case Verdict::kDiffers: return "DIFFERS";
    case Verdict::kSkipped: return "skipped";
  }
  return "?";
}

/// Prints the comparisons. Returns how many registers differ.
unsigned Report(const std::vector<Comparison>& comparisons, bool verbose) {
  unsigned counts[5] = {};
  for (const Comparison& comparison : comparisons) {
    ++counts[static_cast<unsigned>(comparison.verdict)];
    const bool quiet = comparison.verdict == Verdict::kAgrees && comparison.text.empty();
    if (quiet && !verbose) continue;
    const auto& [id, e2h] = comparison.key;
    Print(std::format("{}{}: {}{}{}\n", hal::InfoOf(id).name, e2h ? " with E2H" : "",
                      Word(comparison.verdict), comparison.text.empty() ? "" : ": ",
                      comparison.text));
  }
  const auto count = [&](Verdict verdict) { return counts[static_cast<unsigned>(verdict)]; };
  Print(
      std::format("registers: {} agree, {} more agree but for reserved bits, {} explained, {} "
                  "differ, {} skipped\n",
                  count(Verdict::kAgrees), count(Verdict::kReserved), count(Verdict::kExplained),
                  count(Verdict::kDiffers), count(Verdict::kSkipped)));
  return count(Verdict::kDiffers);
}

std::size_t CountOf(const std::vector<Comparison>& comparisons, Verdict verdict) {
  return static_cast<std::size_t>(std::ranges::count(comparisons, verdict, &Comparison::verdict));
}

/// A serial line may be QEMU's, which nothing on it says.
void HintAtQemu(std::size_t differ, std::size_t differ_on_qemu) {
  if (differ == differ_on_qemu) return;
  Print(
      std::format("{} of those that differ are known of QEMU: if this target is QEMU, add "
                  "--target-is-qemu\n",
                  differ - differ_on_qemu));
}

/// The target as a profile: its identification registers and the bits that it fixes.
void WriteProfile(const std::string& path, sim::Profile profile,
                  const std::vector<Comparison>& comparisons) {
  for (const Comparison& comparison : comparisons) {
    if ((comparison.always_one | comparison.always_zero) == 0) continue;
    const hal::RegisterInfo& info = hal::InfoOf(comparison.key.first);
    profile.fixed.push_back({info.name, comparison.always_one, comparison.always_zero});
  }
  std::ofstream file(path);
  file << "// Measured by //lab:board.\n" << sim::FormatProfile(profile);
  if (!file.flush()) throw Violation(path + ": cannot be written");
  Print(std::format("profile: {}\n", path));
}

/// Runs the traces on the command line, else kBasicTrace. Returns how many lines differ.
std::size_t RunTraces(const Options& options, const sim::Profile& profile) {
  if (options.no_trace || !options.from.empty()) return 0;
  if (!options.qemu)
    std::fputs("board: the image is sent once more, with the traces (--no-trace: not)\n", stderr);
  const trace::Place place = {options.target, options.rest, options.is_qemu};
  if (options.traces.empty()) {
    return trace::RunTraceFile(place, profile, kBasicTrace, {.verbose = options.verbose});
  }
  std::size_t differ = 0;
  for (const std::string& path : options.traces) {
    differ +=
        trace::RunTraceFile(place, profile, path, {.verbose = options.verbose, .must_run = true});
  }
  return differ;
}

}  // namespace

int Board(const tools::Words& words) {
  const Options options = ParseOptions(words);
  for (const std::string& path : options.traces) trace::CheckTraceFile(path);
  const Measurements target = MeasureTarget(options);
  const sim::Profile own = ProfileOf(target, "board");
  const sim::Profile profile = ChooseProfile(options, own);
  const Measurements simulated = MeasureSimulator(profile, target.has_e2h, target.has_no_e2h);
  const auto model = sim::Model::For(profile);
  const auto comparisons = Compare(target, simulated, *model, options.is_qemu);
  const unsigned differ = Report(comparisons, options.verbose);
  if (!options.is_qemu)
    HintAtQemu(differ, CountOf(Compare(target, simulated, *model, true), Verdict::kDiffers));
  if (!options.write.empty()) WriteProfile(options.write, own, comparisons);
  const std::size_t lines = RunTraces(options, profile);
  return differ == 0 && lines == 0 ? kAgreed : kDisagreed;
}

}  // namespace trivet::lab::board
