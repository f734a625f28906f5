// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lab/scenarios/scenario.h"
#include "lab/traces/replayer.h"
#include "sim/profiles/profile.h"

namespace trivet::lab {

/// The CPU and the choices behind a configuration's name; nullopt when no profile has that name.
std::optional<sim::Profile> ProfileOfConfiguration(std::string_view configuration);

/// The result without what the architecture leaves open: HPFAR_EL2 of a permission fault is
/// UNKNOWN, and engines differ about PSTATE.DIT at exception entry.
EngineResult Comparable(const EngineResult& result);

struct ScenarioResult {
  enum class Kind : std::uint8_t { kChecked, kSkipped, kDisagrees };
  Kind kind;
  std::string text;  ///< Why it was skipped, or what disagrees.
};

/// Runs one scenario on a simulated PE of its own and compares with what `engine`, the word before
/// the colon of the configuration, recorded.
ScenarioResult RunScenario(std::shared_ptr<const sim::Model> model, std::string_view engine,
                           const Scenario& scenario, const EngineResult& expected);

}  // namespace trivet::lab
