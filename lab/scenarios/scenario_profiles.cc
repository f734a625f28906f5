// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/scenarios/scenario_runner.h"

/// Which simulated CPU a configuration means.
namespace trivet::lab {
namespace {

/// What an architecture level adds to Armv8.0 that a scenario can see. [arm-arm] A2 "Armv8-A
/// architecture extensions".
struct LevelField {
  unsigned minor;
  const char* register_name;
  const char* field;
  std::uint64_t value;
};

constexpr LevelField kLevels[] = {
    {1, "ID_AA64MMFR1_EL1", "VH", 1},  {1, "ID_AA64MMFR1_EL1", "PAN", 1},
    {1, "ID_AA64MMFR1_EL1", "LO", 1},  {2, "ID_AA64MMFR1_EL1", "PAN", 2},
    {2, "ID_AA64MMFR1_EL1", "XNX", 1}, {2, "ID_AA64MMFR2_EL1", "UAO", 1},
    {2, "ID_AA64PFR0_EL1", "RAS", 1},  {2, "ID_AA64ISAR1_EL1", "DPB", 1},
    {4, "ID_AA64MMFR2_EL1", "IDS", 1}, {4, "ID_AA64PFR0_EL1", "DIT", 1},
    {4, "ID_AA64ISAR0_EL1", "TLB", 1}, {5, "ID_AA64PFR1_EL1", "BT", 1},
    {5, "ID_AA64PFR1_EL1", "SSBS", 1},
};

/// A core of Armv8.0 with what the levels up to v8.`minor` require.
sim::Profile OfLevel(unsigned minor) {
  sim::Profile profile = sim::ProfileNamed("cortex-a72");
  for (const LevelField& add : kLevels) {
    if (add.minor <= minor) profile = profile.With(add.register_name, add.field, add.value);
  }
  return profile;
}

std::optional<sim::Profile> WithoutEl3(std::string_view engine, std::string_view cpu) {
  if (engine == "qemu") {
    for (const sim::Profile& profile : sim::AllProfiles()) {
      if (profile.name == cpu) return profile;
    }
    return std::nullopt;
  }
  constexpr unsigned kHighest = 5;
  const bool is_level = engine == "sail" && cpu.size() == 4 && cpu.starts_with("v8.") &&
                        cpu[3] >= '0' && static_cast<unsigned>(cpu[3] - '0') <= kHighest;
  if (!is_level) return std::nullopt;
  sim::Profile profile = OfLevel(static_cast<unsigned>(cpu[3] - '0'));
  // The Sail model decides the IMPLEMENTATION DEFINED case the other way.
  profile.tsc_traps_without_el3 = false;
  return profile;
}

}  // namespace

std::optional<sim::Profile> ProfileOfConfiguration(std::string_view configuration) {
  constexpr std::string_view kWithEl3 = "+el3";
  const bool el3 = configuration.ends_with(kWithEl3);
  if (el3) configuration.remove_suffix(kWithEl3.size());
  const std::size_t colon = configuration.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto profile = WithoutEl3(configuration.substr(0, colon), configuration.substr(colon + 1));
  return profile && el3 ? profile->WithEl3() : profile;
}

}  // namespace trivet::lab
