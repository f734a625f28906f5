// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <string>
#include <vector>

#include "hal/guest_view.h"
#include "sim/profiles/profile.h"
#include "tests/guest/value_scenario.h"

namespace trivet::tests {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

namespace {

/// A Cortex-A72 whose MIDR_EL1 has no errata: between runs, work-arounds hold other values in
/// TCR_EL1 and SCTLR_EL1 than the guest's.
const sim::Profile& WithoutErrata() {
  static const sim::Profile kProfile = [] {
    sim::Profile profile = sim::ProfileNamed("cortex-a72");
    profile.name = "cortex-a72-without-errata";
    profile.SetId("MIDR_EL1", 0x410f'd090);
    return profile;
  }();
  return kProfile;
}

}  // namespace

std::string Name(const ValueSetting& setting) {
  constexpr const char* kKinds[] = {"nvhe", "nvhe_tge", "vhe"};
  std::string name = setting.profile->name + "_" + kKinds[static_cast<unsigned>(setting.kind)] +
                     (setting.open.IsEmpty() ? "_closed" : "_opened");
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

std::vector<ValueSetting> ValueSettings() {
  std::vector<ValueSetting> settings;
  for (const sim::Profile* const chosen :
       {&WithoutErrata(), &sim::ProfileNamed("neoverse-v1"), &sim::SyntheticProfile()}) {
    const sim::Profile& profile = *chosen;
    Capabilities all;
    for (unsigned i = 0; i < static_cast<unsigned>(Capability::kCount); ++i) {
      const auto capability = static_cast<Capability>(i);
      if (!kAllCapabilities.Has(capability) || capability == Capability::kAlways) continue;
      if (profile.Features().Has(InfoOf(capability).needs)) all = all | capability;
    }
    for (const HostKind kind : {HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe}) {
      if (kind == HostKind::kVhe && !profile.Features().Has(Feature::kVhe)) continue;
      for (const Capabilities open : {Capabilities(), all})
        settings.push_back({&profile, kind, open});
    }
  }
  return settings;
}

}  // namespace trivet::tests
