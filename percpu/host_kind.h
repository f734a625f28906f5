// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "hal/features.h"
#include "hal/registers.h"

namespace trivet::percpu {

/// How a host uses EL2: its HCR_EL2.{E2H, TGE} at enable. [arm-arm] HCR_EL2.E2H, HCR_EL2.TGE.
enum class HostKind : std::uint8_t {
  kNvhe,     ///< {0, 0}: EL2 registers of its own; interrupts arrive only with IMO, FMO, AMO set.
  kNvheTge,  ///< {0, 1}: the same, with EL0 routed to EL2; guests need TGE clear while they run.
  kVhe,      ///< {1, x}: `_EL1` names reach EL2's registers; the vectors are the host's whenever it
             ///< runs.
};

constexpr HostKind KindOf(hal::HcrEl2 hcr) {
  if (hcr.e2h()) return HostKind::kVhe;
  return hcr.tge() ? HostKind::kNvheTge : HostKind::kNvhe;
}

/// The features that decide which registers and fields a guest's switch touches. Each costs about
/// 30 instructions at the first load after an enable.
inline constexpr hal::Feature kQueriedFeatures[] = {
    hal::Feature::kHcx,       hal::Feature::kFgt,     hal::Feature::kPmuV3,   hal::Feature::kRas,
    hal::Feature::kGicV3,     hal::Feature::kMpam,    hal::Feature::kAmuV1,   hal::Feature::kNmi,
    hal::Feature::kTrf,       hal::Feature::kSpe,     hal::Feature::kMops,    hal::Feature::kGcs,
    hal::Feature::kTcr2,      hal::Feature::kSctlr2,  hal::Feature::kS1pie,   hal::Feature::kAie,
    hal::Feature::kS1poe,     hal::Feature::kCsv2,    hal::Feature::kPauth,   hal::Feature::kMte2,
    hal::Feature::kSme,       hal::Feature::kSve,     hal::Feature::kFp,      hal::Feature::kLor,
    hal::Feature::kEcv,       hal::Feature::kPmuV3p1, hal::Feature::kPmuV3p5, hal::Feature::kMtPmu,
    hal::Feature::kMteAsync,  hal::Feature::kTme,     hal::Feature::kFgt2,    hal::Feature::kFgtAmu,
    hal::Feature::kAArch32El0};
static_assert(std::size(kQueriedFeatures) <= 56);

/// Which registers exist on a CPU, and by which names its host accesses them.
class CpuTraits {
 public:
  static consteval bool Queries(hal::Feature feature) {
    for (const hal::Feature queried : kQueriedFeatures) {
      if (queried == feature) return true;
    }
    return false;
  }
  /// In kQueriedFeatures.
  static consteval std::size_t IndexOf(hal::Feature feature) {
    if (!Queries(feature)) __builtin_unreachable();  // Not a constant expression: add it there.
    std::size_t i = 0;
    while (kQueriedFeatures[i] != feature) ++i;
    return i;
  }

  constexpr CpuTraits() = default;
  constexpr explicit CpuTraits(hal::HcrEl2 hcr) : kind_(KindOf(hcr)) {}

  constexpr HostKind kind() const { return kind_; }
  constexpr bool e2h() const { return kind_ == HostKind::kVhe; }

  /// Has() from now on says what the CPU that calls has. EL2. A GICv3 whose system registers the
  /// host has not enabled counts as none: the ICH_ names are UNDEFINED then.
  void Query();

  constexpr bool IsQueried() const { return queried_; }

  template <hal::Feature kFeature>
  constexpr bool Has() const {
    static_assert(Queries(kFeature), "add the feature to kQueriedFeatures");
    return HasAt(IndexOf(kFeature));
  }
  /// By IndexOf().
  constexpr bool HasAt(std::size_t index) const { return (present_ >> index & 1) != 0; }

 private:
  // One word: a transition keeps it in a register.
  HostKind kind_ : 7 = HostKind::kNvhe;
  bool queried_ : 1 = false;
  std::uint64_t present_ : 56 = 0;  // Bit i: kQueriedFeatures[i].
};
static_assert(sizeof(CpuTraits) == sizeof(std::uint64_t));

}  // namespace trivet::percpu
