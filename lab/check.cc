// SPDX-License-Identifier: Apache-2.0 OR MIT
// lab check: all checks on one folder of independent results.

#include <algorithm>
#include <filesystem>
#include <format>
#include <map>
#include <utility>

#include "lab/checks.h"
#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

namespace fs = std::filesystem;

constexpr char kGolden[] = "lab/golden";  // in the runfiles

/// The traces in `folder` by CPU, for example "max+el3". Their names: SUITE.CPU_LEVEL.elx[.gz].
std::map<std::string, Words> TracesByCpu(const std::string& folder) {
  std::map<std::string, Words> traces;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.find(".elx") == name.npos) continue;
    const std::size_t cpu = name.find('.') + 1, level = name.rfind("_v");
    if (level == name.npos || level < cpu) throw sim::Violation(name + ": no SUITE.CPU_LEVEL.elx");
    traces[name.substr(cpu, level - cpu)].push_back(entry.path());
  }
  if (traces.empty()) throw sim::Violation(folder + ": no traces");
  for (auto& [cpu, files] : traces) std::ranges::sort(files);
  return traces;
}

int CheckFactsOf(const std::string& folder) { return CheckFactsIn(folder + "/facts", false); }

int CheckMasksOf(const std::string& folder) { return CheckMasksIn(folder + "/qemu"); }

int CheckTracesOf(const std::string& folder) {
  constexpr std::string_view kWithEl3 = "+el3";
  int status = kAgreed;
  for (const auto& [name, files] : TracesByCpu(folder + "/golden")) {
    CpuOptions cpu = {.cpu = name, .el3 = name.ends_with(kWithEl3)};
    if (cpu.el3) cpu.cpu.resize(name.size() - kWithEl3.size());
    status = std::max(status, ReplayFiles(cpu, files, true));
  }
  return status;
}

int CheckScenariosOf(const std::string& folder) {
  return RunScenarioFiles({folder + "/scenarios.json"});
}

int CheckMutantsOf(const std::string& folder) {
  Words files = TracesByCpu(folder + "/golden")["max"];
  files.push_back(folder + "/scenarios.json");
  // Our own traces exercise rules that no other trace reaches.
  for (const std::string& file : TracesByCpu(kGolden)["max"]) {
    if (fs::path(file).filename().string().starts_with("x1_")) files.push_back(file);
  }
  return CheckMutantsWith({.cpu = "max"}, files);
}

struct NamedCheck {
  std::string_view name;
  int (*run)(const std::string& folder);
};
constexpr NamedCheck kChecks[] = {{"facts", &CheckFactsOf},
                                  {"masks", &CheckMasksOf},
                                  {"traces", &CheckTracesOf},
                                  {"scenarios", &CheckScenariosOf},
                                  {"mutants", &CheckMutantsOf}};

/// One check. Input that cannot be read fails it; the others still run.
int RunCheck(const NamedCheck& check, const std::string& folder) {
  int status = kMisused;
  try {
    status = check.run(folder);
  } catch (const sim::Violation& violation) {
    Print(std::format("{}\n", violation.what()));
  }
  if (status != kAgreed) Print(std::format("lab check: {} FAILED\n", check.name));
  return status;
}

}  // namespace

int Check(const Words& words) {
  const std::string usage =
      "lab check DIR [CHECK...]; checks: facts masks traces scenarios mutants";
  Words checks = Operands({.usage = usage, .takes_operands = true}, words, 1);
  const std::string folder = Files({.usage = usage, .takes_operands = true}, {checks[0]}, 1)[0];
  checks.erase(checks.begin());
  for (const std::string& name : checks) {
    if (std::ranges::contains(kChecks, name, &NamedCheck::name)) continue;
    throw sim::Violation("no check '" + name + "'; usage: " + usage);
  }
  int status = kAgreed;
  for (const NamedCheck& check : kChecks) {
    if (!checks.empty() && !std::ranges::contains(checks, check.name)) continue;
    status = std::max(status, RunCheck(check, folder));
  }
  return status;
}

}  // namespace trivet::lab
