// board: asks a CPU, on a board or in QEMU, what its EL2 registers do, and compares with the
// simulator.

#include <sys/wait.h>

#include <cstdio>
#include <format>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "sim/profile_file.h"
#include "sim/tool.h"
#include "sim/violation.h"
#include "tests/conformance/comparison.h"
#include "tests/conformance/simulator.h"
#include "tools/user_path.h"

namespace trivet::conformance {
namespace {

using sim::Print;
using sim::Violation;

constexpr char kUsage[] =
    "usage: board --qemu | --serial=DEVICE | --from=FILE [--profile=CPU_OR_FILE] [--write=FILE] "
    "[--verbose] [OPTION_OF_THE_RUNNER...]";

struct Options {
  std::string target;   ///< What boots the image and shows its console.
  std::string from;     ///< A console's text instead.
  std::string profile;  ///< "": what the target says of itself.
  std::string write;    ///< Where the profile entry goes.
  bool qemu = false, serial = false, verbose = false;
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
    } else if (name == "--verbose") {
      options.verbose = true;
    } else {
      options.qemu |= name == "--qemu";
      options.serial |= name == "--serial";
      options.rest.push_back(argument);
    }
  }
  const int sources = (options.qemu ? 1 : 0) + (options.serial ? 1 : 0);
  if (options.from.empty() ? sources != 1 || options.target.empty() : options.serial) {
    throw Violation(kUsage);
  }
  return options;
}

std::string Quote(std::string_view word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

/// The console of a run of the image, which has to end well.
std::string RunTarget(const Options& options) {
  std::string command = Quote(options.target);
  for (const std::string& word : options.rest) command += " " + Quote(word);
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw Violation("cannot start " + options.target);
  std::string console;
  char block[4096];
  for (std::size_t n; (n = std::fread(block, 1, sizeof block, pipe)) > 0;) console.append(block, n);
  const int status = pclose(pipe);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Violation("the run on the target failed; its console ended with:\n" +
                    console.substr(console.size() > 2000 ? console.size() - 2000 : 0));
  }
  return console;
}

Answers AskTarget(const Options& options) {
  const std::string console =
      options.from.empty() ? RunTarget(options) : sim::ReadFile(options.from);
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

int Main(int argc, char** argv) {
  const Options options = ParseOptions({argv + 1, argv + argc});
  const Answers target = AskTarget(options);
  const sim::Profile own = ProfileOf(target, "board");
  const sim::Profile profile = ChooseProfile(options, own);
  const Answers simulated = AskSimulator(profile, target.has_e2h, target.has_no_e2h);
  const auto model = sim::Model::For(profile);
  const auto comparisons = Compare(target, simulated, *model, options.qemu);
  const unsigned differ = Report(comparisons, options.verbose);
  if (!options.write.empty()) WriteProfile(options.write, own, comparisons);
  return differ == 0 ? sim::kAgreed : sim::kDisagreed;
}

}  // namespace
}  // namespace trivet::conformance

int main(int argc, char** argv) {
  return trivet::sim::RunTool("board", &trivet::conformance::Main, argc, argv);
}
