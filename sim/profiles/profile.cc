// SPDX-License-Identifier: Apache-2.0 OR MIT
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

/// What the synthetic CPU has more than "max". [arm-arm] D24, the ID registers by name.
struct SyntheticField {
  const char* register_name;
  const char* field;
  std::uint64_t value;
};
constexpr SyntheticField kSynthetic[] = {
    {"ID_AA64PFR0_EL1", "SEL2", 1},
    {"ID_AA64PFR0_EL1", "MPAM", 1},
    {"ID_AA64PFR0_EL1", "AMU", 2},
    {"ID_AA64PFR1_EL1", "MTE", 3},
    {"SMIDR_EL1", "SMPS", 1},
    {"ID_AA64PFR1_EL1", "NMI", 1},
    {"ID_AA64PFR1_EL1", "DF2", 1},
    {"ID_AA64DFR0_EL1", "PMSVer", 6},
    {"ID_AA64DFR0_EL1", "TraceFilt", 1},
    {"ID_AA64ISAR1_EL1", "LS64", 3},
    {"ID_AA64ISAR2_EL1", "ATS1A", 1},
    {"ID_AA64MMFR0_EL1", "ExS", 1},
    {"ID_AA64MMFR0_EL1", "FGT", 2},
    {"ID_AA64MMFR3_EL1", "S1PIE", 1},
    {"ID_AA64MMFR3_EL1", "S1POE", 1},
    {"ID_AA64MMFR3_EL1", "S2POE", 1},
    {"ID_AA64MMFR3_EL1", "AIE", 1},
    // Fields of the five trap registers of FEAT_FGT2.
    {"ID_AA64PFR1_EL1", "PFAR", 1},
    {"ID_AA64MMFR4_EL1", "PoPS", 1},
    {"ID_AA64DFR1_EL1", "SPMU", 1},
};

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

Profile Profile::With(std::string_view register_name, std::string_view field,
                      std::uint64_t value) const {
  const hal::RegisterId id = FindRegister(register_name);
  if (id == hal::RegisterId::kCount) {
    throw Violation(std::format("profile {}: no register is called {}", name, register_name));
  }
  const hal::FieldInfo& info = FieldNamed(hal::InfoOf(id), field);
  Profile profile = *this;
  profile.SetId(register_name, (Id(register_name) & ~info.mask()) | value << info.lo);
  return profile;
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

const Profile& SyntheticProfile() {
  static const Profile profile = [] {
    Profile synthetic = ProfileNamed("max");
    synthetic.name = "synthetic";
    for (const SyntheticField& add : kSynthetic) {
      synthetic = synthetic.With(add.register_name, add.field, add.value);
    }
    return synthetic;
  }();
  return profile;
}

const Profile& ProfileNamed(std::string_view name) {
  for (const Profile& profile : AllProfiles()) {
    if (profile.name == name) return profile;
  }
  if (name == "synthetic") return SyntheticProfile();
  throw Violation(std::format("no CPU profile is called \"{}\"", name));
}

}  // namespace trivet::sim
