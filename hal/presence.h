// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string_view>
#include <utility>

#include "hal/features.h"
#include "hal/registers.h"

/// Which of the described registers the CPU that calls has: an access to another is UNDEFINED.
namespace trivet::hal {

namespace internal {

/// Which of a numbered family a register is, and how many this CPU has.
struct Place {
  unsigned index = 0;
  unsigned size = 1;
};

/// How far `id` is into a numbered family; past its end when it is no member.
constexpr unsigned IndexIn(RegisterId first, RegisterId last, RegisterId id) {
  const auto n = static_cast<unsigned>(id);
  return id >= first && id <= last ? n - static_cast<unsigned>(first) : ~0u;
}

template <class B>
Place GicPlace(const RegisterInfo& info) {
  using enum RegisterId;
  const std::string_view name = info.name;
  if (const unsigned i = IndexIn(kIchLr0El2, kIchLr15El2, info.id); i != ~0u) {
    return {i, B::template Read<IchVtrEl2>().listregs() + 1u};
  }
  if (name.starts_with("ICH_AP") || name.starts_with("ICC_AP")) {
    constexpr unsigned kMember = 8;  // "ICH_AP0R1_EL2": the last digit before "_EL".
    const unsigned preemption_bits = B::template Read<IchVtrEl2>().prebits() + 1u;
    return {static_cast<unsigned>(name[kMember] - '0'), (1u << preemption_bits) / 32};
  }
  return {};
}

template <class B>
Place PmuPlace(RegisterId id) {
  using enum RegisterId;
  const unsigned counters = B::template Read<PmcrEl0>().n();
  for (const auto& [first, last] :
       {std::pair{kPmevtyper0El0, kPmevtyper30El0}, std::pair{kPmevcntr0El0, kPmevcntr30El0}}) {
    if (const unsigned i = IndexIn(first, last, id); i != ~0u) return {i, counters};
  }
  // They show the counter that PMSELR_EL0 selects.
  if (id == kPmxevtyperEl0 || id == kPmxevcntrEl0) return {0, counters};
  return {};
}

/// [arm-arm] DBGBVRn_EL1 and the like: {op0, op1, CRn} == {2, 0, 0}, CRm the number, op2 4 to 7.
template <class B>
Place DebugPlace(Encoding e) {
  constexpr unsigned kBreakpoint = 4, kWatchpoint = 6;
  if (e.op0 != 2 || e.op1 != 0 || e.crn != 0 || e.op2 < kBreakpoint) return {};
  const IdAa64Dfr0El1 id = B::template Read<IdAa64Dfr0El1>();
  return {e.crm, (e.op2 < kWatchpoint ? id.brps() : id.wrps()) + 1u};
}

/// Registers that no ID field announces, those of Secure state, and those that QEMU 11 leaves out.
constexpr bool IsUnannounced(RegisterId id) {
  using enum RegisterId;
  for (const RegisterId unannounced :
       {kRmrEl2, kErrselrEl1, kVstcrEl2, kVsttbrEl2, kDbgauthstatusEl1, kDbgprcrEl1, kDbgdtrEl0,
        kDbgdtrrxEl0, kOsdtrrxEl1, kOsdtrtxEl1}) {
    if (id == unannounced) return true;
  }
  return false;
}

}  // namespace internal

/// True when the CPU that calls, whose features are `features`, has the register `info` at EL2 and
/// an ID register announces it. At EL2; a GICv3's system registers enabled (ICC_SRE_EL2.SRE).
template <class B>
bool IsPresent(const RegisterInfo& info, const FeatureSet& features) {
  constexpr unsigned kEl3 = 6;  // op1 of names that only EL3 can use.
  const bool base_has = features.Has(InfoOf(info.storage).needs);
  if (!features.Has(info.needs) || !base_has) return false;
  if (info.encoding.op1 == kEl3 || internal::IsUnannounced(info.id)) return false;
  internal::Place place;
  if (info.needs == Feature::kGicV3) place = internal::GicPlace<B>(info);
  if (info.encoding.op0 == 2) place = internal::DebugPlace<B>(info.encoding);
  if (info.needs == Feature::kPmuV3) place = internal::PmuPlace<B>(info.id);
  return place.index < place.size;
}

}  // namespace trivet::hal
