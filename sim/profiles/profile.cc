#include "sim/profiles/profile.h"

#include <algorithm>
#include <format>

#include "hal/registers.h"
#include "sim/model/model.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::IdAa64Mmfr4El1;
using hal::IdAa64Pfr0El1;

constexpr unsigned kNotImplemented = 0xf;  // ID_AA64MMFR4_EL1.E2H0: FEAT_E2H0 is absent.

std::vector<Profile> BuiltIn() {
  std::vector<Profile> profiles;
#define CPU(profile_name) profiles.push_back({.name = profile_name, .ids = {
#define ID(register_name, value) {register_name, value},
#define END_CPU() \
  }               \
  });
#include "sim/profiles/profiles.def"
#undef CPU
#undef ID
#undef END_CPU
  return profiles;
}

}  // namespace

std::uint64_t Profile::Id(std::string_view register_name) const {
  const auto found = std::ranges::find(ids, register_name, &IdValue::name);
  return found == ids.end() ? 0 : found->value;
}

void Profile::SetId(std::string_view register_name, std::uint64_t value) {
  const auto found = std::ranges::find(ids, register_name, &IdValue::name);
  if (found != ids.end()) {
    found->value = value;
  } else {
    ids.push_back({std::string(register_name), value});
  }
}

Profile Profile::WithEl3() const {
  Profile profile = *this;
  profile.has_el3 = true;
  const auto pfr0 = IdAa64Pfr0El1::FromRaw(Id("ID_AA64PFR0_EL1"));
  // EL3 runs in the execution states that EL2 has.
  profile.SetId("ID_AA64PFR0_EL1", pfr0.el3(pfr0.el2()).raw());
  return profile;
}

Profile Profile::WithE2hRes1() const {
  if (!Features().Has(hal::Feature::kVhe)) {
    throw Violation(std::format("profile {}: HCR_EL2.E2H cannot be 1 without FEAT_VHE", name));
  }
  Profile profile = *this;
  const auto mmfr4 = IdAa64Mmfr4El1::FromRaw(Id("ID_AA64MMFR4_EL1"));
  profile.SetId("ID_AA64MMFR4_EL1", mmfr4.e2h0(kNotImplemented).raw());
  return profile;
}

hal::FeatureSet Profile::Features() const {
  hal::IdValues values;
  for (const IdValue& id : ids) values.SetRaw(FindRegister(id.name), id.value);
  return hal::FeatureSet::From(values);
}

std::span<const Profile> AllProfiles() {
  static const std::vector<Profile> profiles = BuiltIn();
  return profiles;
}

const Profile& ProfileNamed(std::string_view name) {
  for (const Profile& profile : AllProfiles()) {
    if (profile.name == name) return profile;
  }
  throw Violation(std::format("no CPU profile is called \"{}\"", name));
}

}  // namespace trivet::sim
