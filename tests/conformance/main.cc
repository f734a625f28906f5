// board: asks a CPU, on a board or in QEMU, what its EL2 registers do, and compares with the
// simulator.

#include <format>
#include <fstream>
#include <string>
#include <vector>

#include "sim/pe/violation.h"
#include "sim/profiles/profile_file.h"
#include "sim/tool.h"
#include "tests/conformance/comparison.h"
#include "tests/conformance/simulator.h"
#include "tests/conformance/target_run.h"
#include "tests/conformance/trace/command.h"
#include "tools/user_path.h"

namespace trivet::conformance {
namespace {

using sim::Print;
using sim::Violation;

constexpr char kUsage[] =
    "usage: board --qemu | --serial=DEVICE | --from=FILE [--trace=FILE...] [--no-trace] "
    "[--profile=CPU_OR_FILE] [--write=FILE] [--verbose] [OPTION_OF_THE_RUNNER...]";

/// What is run when no trace is named, in the runfiles.
constexpr char kBasicTrace[] = "tests/conformance/trace/testdata/basic.elx";

struct Options {
  std::string target;               ///< What boots the image and shows its console.
  std::string from;                 ///< A console's text instead.
  std::string profile;              ///< "": what the target says of itself.
  std::string write;                ///< Where the profile entry goes.
  std::vector<std::string> traces;  ///< Files; none: the trace that comes with this.
  bool qemu = false, serial = false, verbose = false, no_trace = false;
  std::vector<std::string> rest;  ///< For the target.
};

Options ParseOptions(const std::vector<std::string>& arguments) {
  Options options;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
    if (name == "--target") {
      options.target = value;
    } else if (name == "--from") {
      options.from = tools::UserPath(value);
    } else if (name == "--profile") {
      options.profile = value;
    } else if (name == "--write") {
      options.write = tools::UserPath(value);
    } else if (name == "--trace") {
      options.traces.push_back(tools::UserPath(value));
    } else if (name == "--no-trace") {
      options.no_trace = true;
    } else if (name == "--verbose") {
      options.verbose = true;
    } else {
      options.qemu |= name == "--qemu";
      options.serial |= name == "--serial";
      options.rest.push_back(argument);
    }
  }
  const int sources = (options.qemu ? 1 : 0) + (options.serial ? 1 : 0);
  const bool recorded = !options.from.empty(), traces = !options.traces.empty();
  const bool wrong = recorded ? options.serial || traces : sources != 1 || options.target.empty();
  if (wrong || (traces && options.no_trace)) throw Violation(kUsage);
  return options;
}

Answers AskTarget(const Options& options) {
  std::string console;
  if (options.from.empty()) {
    Run run = RunTarget(options.target, options.rest);
    if (run.failed) throw Violation(FailureOf(run));
    console = std::move(run.console);
  } else {
    console = sim::ReadFile(options.from);
  }
  Answers answers;
  std::string error;
  if (!ParseAnswers(console, answers, error)) throw Violation(error);
  return answers;
}

sim::Profile ChooseProfile(const Options& options, const sim::Profile& own) {
  if (options.profile.empty()) return own;
  for (const sim::Profile& profile : sim::AllProfiles()) {
    if (profile.name == options.profile) return own.has_el3 ? profile.WithEl3() : profile;
  }
  const std::string path = tools::UserPath(options.profile);
  return sim::ParseProfile(sim::ReadFile(path), path);
}

const char* Word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAgrees: return "agrees";
    case Verdict::kReserved: return "agrees";
    case Verdict::kExplained: return "explained";
    case Verdict::kDiffers: return "DIFFERS";
    case Verdict::kNotAsked: return "not asked";
  }
  return "?";
}

/// Prints what is said of each register. Returns how many differ.
unsigned Report(const std::vector<Comparison>& comparisons, bool verbose) {
  unsigned counts[5] = {};
  for (const Comparison& comparison : comparisons) {
    ++counts[static_cast<unsigned>(comparison.verdict)];
    const bool quiet = comparison.verdict == Verdict::kAgrees && comparison.text.empty();
    if (quiet && !verbose) continue;
    const auto& [id, e2h] = comparison.question;
    Print(std::format("{}{}: {}{}{}\n", hal::InfoOf(id).name, e2h ? " with E2H" : "",
                      Word(comparison.verdict), comparison.text.empty() ? "" : ": ",
                      comparison.text));
  }
  const auto count = [&](Verdict verdict) { return counts[static_cast<unsigned>(verdict)]; };
  Print(
      std::format("registers: {} agree, {} more agree but for reserved bits, {} explained, {} "
                  "differ, {} not asked\n",
                  count(Verdict::kAgrees), count(Verdict::kReserved), count(Verdict::kExplained),
                  count(Verdict::kDiffers), count(Verdict::kNotAsked)));
  return count(Verdict::kDiffers);
}

/// The target as a profile: what it says of itself, and the bits that it fixes.
void WriteProfile(const std::string& path, sim::Profile profile,
                  const std::vector<Comparison>& comparisons) {
  for (const Comparison& comparison : comparisons) {
    if ((comparison.always_one | comparison.always_zero) == 0) continue;
    const hal::RegisterInfo& info = hal::InfoOf(comparison.question.first);
    profile.fixed.push_back({info.name, comparison.always_one, comparison.always_zero});
  }
  std::ofstream file(path);
  file << "// Measured by //tests/conformance:board.\n" << sim::FormatProfile(profile);
  if (!file.flush()) throw Violation(path + ": cannot be written");
  Print(std::format("profile: {}\n", path));
}

/// Of the traces that were asked for, or of the one that comes with this, how many lines differ.
std::size_t RunTraces(const Options& options, const sim::Profile& profile) {
  if (options.no_trace || !options.from.empty()) return 0;
  const trace::Place place = {options.target, options.rest, options.qemu};
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

int Main(int argc, char** argv) {
  const Options options = ParseOptions({argv + 1, argv + argc});
  for (const std::string& path : options.traces) trace::CheckTraceFile(path);
  const Answers target = AskTarget(options);
  const sim::Profile own = ProfileOf(target, "board");
  const sim::Profile profile = ChooseProfile(options, own);
  const Answers simulated = AskSimulator(profile, target.has_e2h, target.has_no_e2h);
  const auto model = sim::Model::For(profile);
  const auto comparisons = Compare(target, simulated, *model, options.qemu);
  const unsigned differ = Report(comparisons, options.verbose);
  if (!options.write.empty()) WriteProfile(options.write, own, comparisons);
  const std::size_t lines = RunTraces(options, profile);
  return differ == 0 && lines == 0 ? sim::kAgreed : sim::kDisagreed;
}

}  // namespace
}  // namespace trivet::conformance

int main(int argc, char** argv) {
  return trivet::sim::RunTool("board", &trivet::conformance::Main, argc, argv);
}
