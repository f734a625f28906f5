// SPDX-License-Identifier: Apache-2.0 OR MIT
// lab mutants: counts the deliberate mistakes in the simulator's tables that traces and scenarios
// detect. Each mutant that survives needs a reason in survivors.def.

#include <format>
#include <optional>
#include <string>
#include <vector>

#include "lab/checks.h"
#include "lab/mutants/mutants.h"
#include "lab/scenarios/scenario_runner.h"
#include "lab/traces/input.h"
#include "lab/traces/replayer.h"
#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

// What a suite must reach to be called an oracle.
constexpr std::size_t kFewestMutants = 300;
constexpr std::size_t kLeastNoticedPercent = 95;

struct Survivor {
  std::string_view name, reason;
};
constexpr Survivor kSurvivors[] = {
#define SURVIVES(name, reason) {name, reason},
#include "lab/mutants/survivors.def"
#undef SURVIVES
};

const Survivor* FindSurvivor(std::string_view name) {
  for (const Survivor& survivor : kSurvivors) {
    if (survivor.name == name) return &survivor;
  }
  return nullptr;
}

/// A file of traces or of scenarios, and the outcome of each line or scenario of it on the
/// simulator without mistakes.
class Suite {
 public:
  Suite(const std::string& path, const std::string& configuration, const sim::Profile& profile)
      : text_(ReadInput(path)) {
    if (path.find(".json") != std::string::npos) {
      scenarios_ = ParseScenarios(text_);
      engine_ = configuration.substr(0, configuration.find(':'));
      const auto found = scenarios_->results.find(configuration);
      if (found == scenarios_->results.end())
        throw sim::Violation(std::format("{}: no results of {}", path, configuration));
      results_ = found->second;
    }
    if (Differs(sim::Model::For(profile), true))
      throw sim::Violation(std::format("{}: disagrees with the simulator as it is", path));
  }

  /// Whether a line or scenario comes out otherwise than without mistakes.
  bool Notices(const std::shared_ptr<const sim::Model>& model) { return Differs(model, false); }

 private:
  enum class Outcome : std::uint8_t { kAgrees, kSkipped, kDisagrees };

  bool Differs(const std::shared_ptr<const sim::Model>& model, bool first) {
    return scenarios_ ? ScenariosDiffer(model, first) : LinesDiffer(model, first);
  }

  bool LinesDiffer(const std::shared_ptr<const sim::Model>& model, bool first) {
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

  bool ScenariosDiffer(const std::shared_ptr<const sim::Model>& model, bool first) {
    std::size_t number = 0;
    for (const Scenario& scenario : scenarios_->list) {
      const ScenarioResult result = RunScenario(model, engine_, scenario, results_[scenario.name]);
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
  std::map<std::string, EngineResult> results_;
  std::vector<Outcome> outcomes_;
};

bool IsNoticed(std::vector<Suite>& suites, const sim::Profile& profile, const Mutant& mutant) {
  const auto model = sim::Model::Altered(profile, mutant.alteration);
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

}  // namespace

int CheckMutantsWith(const CpuOptions& cpu, const Words& files) {
  const sim::Profile profile = cpu.Chosen();
  const std::string configuration = "qemu:" + cpu.cpu + (cpu.el3 ? "+el3" : "");
  std::vector<Suite> suites;
  for (const std::string& file : files) suites.emplace_back(file, configuration, profile);
  Tally tally;
  for (const Mutant& mutant : AllMutants(*sim::Model::For(profile))) {
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

int CheckMutants(const Words& words) {
  CpuOptions cpu;
  const Words files = Files({.usage = "lab mutants --cpu=NAME [--el3] FILE...",
                             .options = cpu.Table(),
                             .takes_operands = true},
                            words, 1);
  return CheckMutantsWith(cpu, files);
}

}  // namespace trivet::lab
