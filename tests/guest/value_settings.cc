#include <string>
#include <vector>

#include "hal/guest_view.h"
#include "sim/profiles/profile.h"
#include "tests/guest/value_scenario.h"

namespace trivet::tests {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

std::string Name(const ValueSetting& setting) {
  constexpr const char* kKinds[] = {"nvhe", "nvhe_tge", "vhe"};
  std::string name = setting.profile->name + "_" + kKinds[static_cast<unsigned>(setting.kind)] +
                     (setting.open.IsEmpty() ? "_closed" : "_opened");
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

std::vector<ValueSetting> ValueSettings() {
  std::vector<ValueSetting> settings;
  for (const char* name : {"cortex-a72", "neoverse-v1", "synthetic"}) {
    const sim::Profile& profile = sim::ProfileNamed(name);
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
