// SPDX-License-Identifier: Apache-2.0 OR MIT
// Runs every scenario of testdata in every configuration that has results.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lab/scenarios/scenario_runner.h"
#include "lab/traces/input.h"
#include "sim/pe/pstate.h"
#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::UnorderedElementsAre;
using Result = ScenarioResult::Kind;

const Scenarios& Recorded() {
  static const Scenarios scenarios = ParseScenarios(ReadInput("lab/golden/scenarios.json.gz"));
  return scenarios;
}

/// The scenarios to which engines result differently, and why. All others have one result.
const std::map<std::string, std::string>& Varying() {
  static const std::map<std::string, std::string> varying = {
      {"el1_smc_tsc1",
       "without EL3, whether HCR_EL2.TSC traps is IMPLEMENTATION DEFINED: "
       "Profile::tsc_traps_without_el3 follows the engine"},
      {"a32_svc_smc", "the same, in AArch32 state"},
      {"el1_smc_tsc0", "without EL3, QEMU's machine takes the SMC as a PSCI call"},
      {"el2_smc_tsc1", "the same, at EL2"},
      {"el1_s2_translation_ldp", "the Sail model reports ISS.ISV = 1 for a pair"},
  };
  return varying;
}

std::vector<std::string> Configurations() {
  std::vector<std::string> names;
  for (const auto& [name, unused] : Recorded().results) names.push_back(name);
  return names;
}

class ScenariosTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ScenariosTest, NoDisagreement) {
  const std::string engine = GetParam().substr(0, GetParam().find(':'));
  const auto profile = ProfileOfConfiguration(GetParam());
  ASSERT_TRUE(profile.has_value());
  const auto model = sim::Model::For(*profile);
  const auto& results = Recorded().results.at(GetParam());
  unsigned checked = 0;
  for (const Scenario& scenario : Recorded().list) {
    const EngineResult& expected = results.at(scenario.name);
    if (expected.kind == EngineResult::Kind::kNone) continue;
    const ScenarioResult result = RunScenario(model, engine, scenario, expected);
    EXPECT_NE(result.kind, Result::kDisagrees) << scenario.name << result.text;
    if (result.kind == Result::kSkipped) {
      EXPECT_TRUE(Varying().contains(scenario.name)) << scenario.name << ": " << result.text;
    }
    checked += result.kind == Result::kChecked ? 1 : 0;
  }
  EXPECT_GE(checked, 96u);
}

INSTANTIATE_TEST_SUITE_P(Configurations, ScenariosTest, ::testing::ValuesIn(Configurations()),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name;
                         });

/// Without what only newer features show: PSTATE.ALLINT.
EngineResult AnyLevel(const EngineResult& result) {
  EngineResult any = Comparable(result);
  if (any.pstate) *any.pstate &= ~sim::Pstate::kAllint;
  return any;
}

TEST(Scenarios, EnginesVaryInTheNamedOnesOnly) {
  std::set<std::string> varying;
  for (const Scenario& scenario : Recorded().list) {
    std::map<bool, EngineResult> first;  // By whether EL3 is present.
    for (const auto& [name, results] : Recorded().results) {
      const EngineResult result = AnyLevel(results.at(scenario.name));
      if (result.kind == EngineResult::Kind::kNone) continue;
      const auto [known, added] = first.emplace(name.ends_with("+el3"), result);
      if (!added && known->second != result) varying.insert(scenario.name);
    }
  }
  std::set<std::string> named;
  for (const auto& [name, unused] : Varying()) named.insert(name);
  EXPECT_EQ(varying, named);
}

TEST(Scenarios, AWrongResultIsADisagreementWithItsReason) {
  const Scenario& scenario = Recorded().list.front();
  EngineResult wrong = Recorded().results.at("qemu:max").at(scenario.name);
  wrong.vector = 0x600;
  const ScenarioResult result =
      RunScenario(sim::Model::For(sim::ProfileNamed("max")), "qemu", scenario, wrong);
  EXPECT_EQ(result.kind, Result::kDisagrees);
  EXPECT_THAT(result.text, HasSubstr("vector expected 0x600, got 0x400"));
}

TEST(Scenarios, ConfigurationsWithoutAProfileAreKnownAsSuch) {
  EXPECT_FALSE(ProfileOfConfiguration("qemu:cortex-m0").has_value());
  EXPECT_FALSE(ProfileOfConfiguration("sail:v9.0").has_value());
  EXPECT_FALSE(ProfileOfConfiguration("max").has_value());
  EXPECT_TRUE(ProfileOfConfiguration("sail:v8.3+el3")->has_el3);
  EXPECT_FALSE(ProfileOfConfiguration("sail:v8.3")->tsc_traps_without_el3);
}

std::string ErrorOf(std::string_view text) {
  try {
    ParseScenarios(text);
  } catch (const sim::Violation& violation) {
    return violation.what();
  }
  return "no error";
}

TEST(Scenarios, MalformedDocumentsSayWhereAndWhat) {
  EXPECT_THAT(ErrorOf("{"), HasSubstr("byte 1"));
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("\"scenarios\" is missing"));
  EXPECT_THAT(ErrorOf(R"({"scenarios": [{"name": "el1_x", "setup": [], "x1": "0"}]})"),
              HasSubstr("scenario \"el1_x\": \"insn\" is missing"));
  EXPECT_THAT(ErrorOf(R"({"scenarios": [{"name": "x", "setup": [], "insn": "0", "x1": "0"}]})"),
              HasSubstr("has no level"));
  EXPECT_THAT(
      ErrorOf(R"({"scenarios": [{"name": "el1_x", "setup": ["Q x y"], "insn": "0", "x1": "0"}]})"),
      HasSubstr("setup \"Q x y\": unknown operation"));
  EXPECT_THAT(ErrorOf(R"({"scenarios": [], "results": {"a": {"b": {"outcome": "maybe"}}}})"),
              HasSubstr("a, \"b\": not an outcome"));
  EXPECT_THAT(ErrorOf(R"({"scenarios": [], "results": {"a": {"b": {"outcome": "exception",
                          "target": "EL1", "vector": "0x4g"}}}})"),
              HasSubstr("not a number"));
}

}  // namespace
}  // namespace trivet::lab
