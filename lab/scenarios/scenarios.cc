// SPDX-License-Identifier: Apache-2.0 OR MIT
// lab scenarios: runs scenarios in every configuration that a file has results for.

#include <format>

#include "lab/checks.h"
#include "lab/scenarios/scenario_runner.h"
#include "lab/traces/input.h"
#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

using Result = ScenarioResult::Kind;

void Report(std::string_view name, const ReplayCounts& counts) {
  Print(std::format("{}: checked={} skipped={} disagreements={}\n", name, counts.checked,
                    counts.skipped, counts.disagreements));
}

/// Checks one scenario. Prints why it was skipped or what disagrees.
void RunOne(std::shared_ptr<const sim::Model> model, const std::string& configuration,
            const Scenario& scenario, const EngineResult& expected, ReplayCounts& counts) {
  const std::string engine = configuration.substr(0, configuration.find(':'));
  const ScenarioResult result = RunScenario(std::move(model), engine, scenario, expected);
  const bool skipped = result.kind == Result::kSkipped;
  ++(skipped ? counts.skipped : counts.checked);
  counts.disagreements += result.kind == Result::kDisagrees ? 1 : 0;
  if (result.kind == Result::kChecked || expected.kind == EngineResult::Kind::kNone) return;
  Print(std::format("{}: {}: {}{}\n", configuration, scenario.name, skipped ? "skipped: " : "",
                    result.text));
}

ReplayCounts RunConfiguration(const Scenarios& scenarios, const std::string& configuration) {
  ReplayCounts counts;
  const auto& results = scenarios.results.at(configuration);
  const std::optional<sim::Profile> profile = ProfileOfConfiguration(configuration);
  if (!profile) {
    Print(std::format("{}: skipped: no CPU profile stands for it\n", configuration));
    counts.skipped = results.size();
    return counts;
  }
  const auto model = sim::Model::For(*profile);
  for (const Scenario& scenario : scenarios.list) {
    const auto result = results.find(scenario.name);
    const EngineResult expected = result == results.end() ? EngineResult() : result->second;
    RunOne(model, configuration, scenario, expected, counts);
  }
  return counts;
}

Scenarios Load(const std::string& path) {
  try {
    Scenarios scenarios = ParseScenarios(ReadInput(path));
    if (scenarios.list.empty() || scenarios.results.empty()) throw sim::Violation("no scenarios");
    return scenarios;
  } catch (const sim::Violation& violation) {
    const std::string_view what = violation.what();
    if (what.starts_with(path)) throw;
    throw sim::Violation(std::format("{}: {}", path, what));
  }
}

}  // namespace

int RunScenarioFiles(const Words& files) {
  ReplayCounts total;
  for (const std::string& file : files) {
    const Scenarios scenarios = Load(file);
    for (const auto& [configuration, unused] : scenarios.results) {
      const ReplayCounts counts = RunConfiguration(scenarios, configuration);
      Report(configuration, counts);
      total.checked += counts.checked;
      total.skipped += counts.skipped;
      total.disagreements += counts.disagreements;
    }
  }
  Report("total", total);
  return total.disagreements == 0 ? kAgreed : kDisagreed;
}

int RunScenarios(const Words& words) {
  return RunScenarioFiles(
      Files({.usage = "lab scenarios FILE...", .takes_operands = true}, words, 1));
}

}  // namespace trivet::lab
