// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hal/features.h"

/// CPUs as data: the ID registers decide which registers and fields exist.
namespace trivet::sim {

/// One identification register and what it reads as.
struct IdValue {
  std::string name;  ///< The manual's spelling, for example "ID_AA64PFR0_EL1".
  std::uint64_t value;
  friend bool operator==(const IdValue&, const IdValue&) = default;
};

/// Bits that an implementation fixes where the architecture lets it.
struct FixedBits {
  std::string register_name;
  std::uint64_t ones;   ///< RAO/WI.
  std::uint64_t zeros;  ///< RAZ/WI.
  friend bool operator==(const FixedBits&, const FixedBits&) = default;
};

/// A CPU. Start from ProfileNamed() and change what a test needs; a Pe takes a copy.
struct Profile {
  std::string name;
  std::vector<IdValue> ids;
  /// By default a GICv3 CPU interface without legacy support, where ICC_SRE_ELx cannot be cleared,
  /// and caches for which HCR_EL2.MIOCNCE has no meaning.
  std::vector<FixedBits> fixed = {
      {"ICC_SRE_EL2", 0xf, 0}, {"ICC_SRE_EL1", 0x7, 0}, {"HCR_EL2", 0, std::uint64_t{1} << 38}};
  bool has_el3 = false;
  /// EL2 is in Secure state, by SCR_EL3.{NS, EEL2}, on a CPU with FEAT_SEL2: VSTTBR_EL2 and
  /// VSTCR_EL2 exist. Its stage 2 is not modelled: a guest's run is a Violation.
  bool el2_is_secure = false;
  /// HCR_EL2.TSC without EL3 is IMPLEMENTATION DEFINED: SMC at EL1 traps (true) or is UNDEFINED.
  bool tsc_traps_without_el3 = true;

  /// The value of an identification register; 0 when the profile does not list it, as the
  /// architecture has it for unallocated ID registers.
  std::uint64_t Id(std::string_view register_name) const;
  void SetId(std::string_view register_name, std::uint64_t value);

  /// The same CPU with another value in one field of an identification register. Throws Violation
  /// when there is no such field.
  Profile With(std::string_view register_name, std::string_view field, std::uint64_t value) const;
  /// The same CPU with EL3 present (also in ID_AA64PFR0_EL1.EL3).
  Profile WithEl3() const;
  /// The same CPU without FEAT_E2H0: HCR_EL2.E2H is fixed at 1. Needs FEAT_VHE.
  Profile WithE2hRes1() const;

  /// Feature presence, computed from the ID registers by the rules of hal/features.def.
  hal::FeatureSet Features() const;

  friend bool operator==(const Profile&, const Profile&) = default;
};

/// Every built-in profile: cortex-a53, a57, a72, a76, a710, neoverse-n1, v1, n2, max.
std::span<const Profile> AllProfiles();

/// A CPU that does not exist: "max" with every modelled feature that no real one here has, such as
/// FEAT_ExS, FEAT_FGT2 and FEAT_S1POE. Called "synthetic".
const Profile& SyntheticProfile();

/// One of those. Throws Violation for an unknown name.
const Profile& ProfileNamed(std::string_view name);

}  // namespace trivet::sim
