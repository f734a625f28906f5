// scenarios FILE...: runs scenarios in every configuration that a file has answers for.

#include <format>

#include "sim/pe/violation.h"
#include "sim/replay/input.h"
#include "sim/replay/scenario_runner.h"
#include "sim/tool.h"

namespace trivet::sim {
namespace {

using Result = ScenarioResult::Kind;

void Report(std::string_view name, const ReplayCounts& counts) {
  Print(std::format("{}: checked={} skipped={} disagreements={}\n", name, counts.checked,
                    counts.skipped, counts.disagreements));
}

/// Checks one scenario and says what is worth saying: why it was skipped, what disagrees.
void RunOne(std::shared_ptr<const Model> model, const std::string& configuration,
            const Scenario& scenario, const Answer& expected, ReplayCounts& counts) {
  const std::string engine = configuration.substr(0, configuration.find(':'));
  const ScenarioResult result = RunScenario(std::move(model), engine, scenario, expected);
  const bool skipped = result.kind == Result::kSkipped;
  ++(skipped ? counts.skipped : counts.checked);
  counts.disagreements += result.kind == Result::kDisagrees ? 1 : 0;
  if (result.kind == Result::kChecked || expected.kind == Answer::Kind::kNone) return;
  Print(std::format("{}: {}: {}{}\n", configuration, scenario.name, skipped ? "skipped: " : "",
                    result.text));
}

ReplayCounts RunConfiguration(const Scenarios& scenarios, const std::string& configuration) {
  ReplayCounts counts;
  const auto& answers = scenarios.answers.at(configuration);
  const std::optional<Profile> profile = ProfileOfConfiguration(configuration);
  if (!profile) {
    Print(std::format("{}: skipped: no CPU profile stands for it\n", configuration));
    counts.skipped = answers.size();
    return counts;
  }
  const auto model = Model::For(*profile);
  for (const Scenario& scenario : scenarios.list) {
    const auto answer = answers.find(scenario.name);
    const Answer expected = answer == answers.end() ? Answer() : answer->second;
    RunOne(model, configuration, scenario, expected, counts);
  }
  return counts;
}

Scenarios Load(const std::string& path) {
  try {
    Scenarios scenarios = ParseScenarios(ReadInput(path));
    if (scenarios.list.empty() || scenarios.answers.empty()) throw Violation("no scenarios");
    return scenarios;
  } catch (const Violation& violation) {
    const std::string_view what = violation.what();
    if (what.starts_with(path)) throw;
    throw Violation(std::format("{}: {}", path, what));
  }
}

int Main(int argc, char** argv) {
  const Options options = ParseOptions(argc, argv);
  if (options.files.empty() || !options.cpu.empty()) {
    throw Violation("usage: scenarios FILE...");
  }
  ReplayCounts total;
  for (const std::string& file : options.files) {
    const Scenarios scenarios = Load(file);
    for (const auto& [configuration, unused] : scenarios.answers) {
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

}  // namespace
}  // namespace trivet::sim

int main(int argc, char** argv) {
  return trivet::sim::RunTool("scenarios", &trivet::sim::Main, argc, argv);
}
