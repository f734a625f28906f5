// mutants --cpu NAME [--el3] FILE...: how many deliberate mistakes in the simulator's tables do
// traces and scenarios notice? Each that none of them does needs a reason in survivors.def.

#include <format>
#include <optional>
#include <string>
#include <vector>

#include "sim/pe/violation.h"
#include "sim/replay/input.h"
#include "sim/replay/mutants.h"
#include "sim/replay/replayer.h"
#include "sim/replay/scenario_runner.h"
#include "sim/tool.h"

namespace trivet::sim {
namespace {

// What a suite must reach to be called an oracle.
constexpr std::size_t kFewestMutants = 300;
constexpr std::size_t kLeastNoticedPercent = 95;

struct Survivor {
  std::string_view name, reason;
};
constexpr Survivor kSurvivors[] = {
#define SURVIVES(name, reason) {name, reason},
#include "sim/replay/survivors.def"
#undef SURVIVES
};

const Survivor* FindSurvivor(std::string_view name) {
  for (const Survivor& survivor : kSurvivors) {
    if (survivor.name == name) return &survivor;
  }
  return nullptr;
}

/// A file of traces or of scenarios, and what each line or scenario of it says about the simulator
/// without mistakes.
class Suite {
 public:
  Suite(const std::string& path, const std::string& configuration, const Profile& profile)
      : text_(ReadInput(path)) {
    if (path.find(".json") != std::string::npos) {
      scenarios_ = ParseScenarios(text_);
      engine_ = configuration.substr(0, configuration.find(':'));
      const auto found = scenarios_->answers.find(configuration);
      if (found == scenarios_->answers.end())
        throw Violation(std::format("{}: no answers of {}", path, configuration));
      answers_ = found->second;
    }
    if (Differs(Model::For(profile), true))
      throw Violation(std::format("{}: disagrees with the simulator as it is", path));
  }

  /// Whether a line or scenario comes out otherwise than without mistakes.
  bool Notices(const std::shared_ptr<const Model>& model) { return Differs(model, false); }

 private:
  enum class Outcome : std::uint8_t { kAgrees, kSkipped, kDisagrees };

  bool Differs(const std::shared_ptr<const Model>& model, bool first) {
    return scenarios_ ? ScenariosDiffer(model, first) : LinesDiffer(model, first);
  }

  bool LinesDiffer(const std::shared_ptr<const Model>& model, bool first) {
    Replayer replayer(model);
    std::string_view line;
    for (Lines lines(text_); lines.Next(line);) {
      Outcome outcome = Outcome::kAgrees;
      const Replayer::Result result = replayer.Line(line);
      if (result == Replayer::Result::kDisagrees) outcome = Outcome::kDisagrees;
      if (result == Replayer::Result::kSkipped && replayer.message() != Replayer::kMarked)
        outcome = Outcome::kSkipped;
      if (IsNew(lines.number() - 1, outcome, first)) return true;
    }
    return false;
  }

  bool ScenariosDiffer(const std::shared_ptr<const Model>& model, bool first) {
    std::size_t number = 0;
    for (const Scenario& scenario : scenarios_->list) {
      const ScenarioResult result = RunScenario(model, engine_, scenario, answers_[scenario.name]);
      Outcome outcome = Outcome::kAgrees;
      if (result.kind == ScenarioResult::Kind::kDisagrees) outcome = Outcome::kDisagrees;
      if (result.kind == ScenarioResult::Kind::kSkipped) outcome = Outcome::kSkipped;
      if (IsNew(number++, outcome, first)) return true;
    }
    return false;
  }

  bool IsNew(std::size_t number, Outcome outcome, bool first) {
    if (!first) return outcome != outcomes_[number];
    outcomes_.push_back(outcome);
    return outcome == Outcome::kDisagrees;
  }

  std::string text_;
  std::string engine_;
  std::optional<Scenarios> scenarios_;
  std::map<std::string, Answer> answers_;
  std::vector<Outcome> outcomes_;
};

bool IsNoticed(std::vector<Suite>& suites, const Profile& profile, const Mutant& mutant) {
  const auto model = Model::Altered(profile, mutant.alteration);
  for (Suite& suite : suites) {
    if (suite.Notices(model)) return true;
  }
  return false;
}

struct Tally {
  std::size_t mutants = 0, noticed = 0, wrong = 0;
};

/// Prints a survivor, and counts as wrong one without a reason, or a reason without a survivor.
void Judge(const Mutant& mutant, bool noticed, Tally& tally) {
  const Survivor* listed = FindSurvivor(mutant.name);
  ++tally.mutants;
  tally.noticed += noticed ? 1 : 0;
  tally.wrong += noticed == (listed != nullptr) ? 1 : 0;
  if (noticed && listed != nullptr) {
    Print(std::format("{}: noticed, but survivors.def lists it\n", mutant.name));
  } else if (!noticed) {
    Print(std::format("survives: {}: {}\n", mutant.name,
                      listed != nullptr ? listed->reason : "no reason in survivors.def"));
  }
}

int Main(int argc, char** argv) {
  const Options options = ParseOptions(argc, argv);
  if (options.cpu.empty() || options.files.empty()) {
    throw Violation("usage: mutants --cpu NAME [--el3] FILE...");
  }
  const Profile profile = options.ChosenProfile();
  const std::string configuration = "qemu:" + options.cpu + (options.el3 ? "+el3" : "");
  std::vector<Suite> suites;
  for (const std::string& file : options.files) suites.emplace_back(file, configuration, profile);
  Tally tally;
  for (const Mutant& mutant : AllMutants(*Model::For(profile))) {
    Judge(mutant, IsNoticed(suites, profile, mutant), tally);
  }
  Print(std::format("mutants={} noticed={} ({:.1f} %) explained={} wrong={}\n", tally.mutants,
                    tally.noticed,
                    100.0 * static_cast<double>(tally.noticed) / static_cast<double>(tally.mutants),
                    std::size(kSurvivors), tally.wrong));
  const bool enough = tally.mutants >= kFewestMutants &&
                      tally.noticed * 100 >= tally.mutants * kLeastNoticedPercent;
  return enough && tally.wrong == 0 ? kAgreed : kDisagreed;
}

}  // namespace
}  // namespace trivet::sim

int main(int argc, char** argv) {
  return trivet::sim::RunTool("mutants", &trivet::sim::Main, argc, argv);
}
