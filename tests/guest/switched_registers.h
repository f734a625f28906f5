// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cstddef>
#include <cstdint>

#include "hal/capability.h"
#include "hal/cpu.h"
#include "hal/features.h"
#include "hal/registers.h"
#include "hal/roles.h"
#include "tests/guest/owner.h"

/// The switched registers of hal/regs/guest.def as EL2 of this CPU accesses them, and a value for
/// each owner.
namespace trivet::tests {

/// Bits that change with time: a timer's ISTATUS. [arm-arm] CNTV_CTL_EL0.
template <class R>
inline constexpr std::uint64_t kClockBits = hal::kInfo<R>.id == hal::RegisterId::kCntvCtlEl0 ||
                                                    hal::kInfo<R>.id == hal::RegisterId::kCntpCtlEl0
                                                ? 1 << 2
                                                : 0;

inline constexpr Owner kOwners[] = {Owner::kFirst, Owner::kSecond, Owner::kHost};

/// When a register is switched. kHeld: as kOnRun, and the guest's own stays inert.
enum class Switched : std::uint8_t { kOnLoad, kOnRun, kHeld, kEachRun };

constexpr Switched kOnLoad = Switched::kOnLoad, kOnRun = Switched::kOnRun,
                   kEachRun = Switched::kEachRun;

/// Calls visit.template operator()<R, Name>(when, capability) for each register that this CPU has.
template <class Visit>
void ForEachSwitched(bool e2h, Visit visit) {
  const auto one = [&]<class R>(Switched when, hal::Capability capability) {
    if (!hal::Has(hal::kInfo<R>.needs, hal::LiveIds<hal::Cpu>{})) return;
    using Names = hal::NamesAtEl2<R>;
    if (e2h) return visit.template operator()<R, typename Names::E2hSet>(when, capability);
    visit.template operator()<R, typename Names::E2hClear>(when, capability);
  };
  using enum hal::Capability;
  constexpr Switched OnLoad = kOnLoad, OnRun = kOnRun, EachRun = kEachRun;
#define ON_LOAD(Type) one.template operator()<hal::Type>(OnLoad, kAlways);
#define ON_RUN(Type) one.template operator()<hal::Type>(OnRun, kAlways);
#define HELD(Type, control, capability) \
  one.template operator()<hal::Type>(Switched::kHeld, kAlways);
#define OPENED(Type, When, capability) one.template operator()<hal::Type>(When, capability);
// Families, of which a CPU has a part: values_test, opened_state_test.
#define MONITOR(Type)
#define DEBUG(Type)
#include "hal/regs/guest.def"
}

/// The same for EL2's controls.
template <class Visit>
void ForEachControl(bool e2h, Visit visit) {
  const auto one = [&]<class R>() {
    if (!hal::Has(hal::kInfo<R>.needs, hal::LiveIds<hal::Cpu>{})) return;
    if (e2h) return visit.template operator()<typename hal::NamesAtEl2<R>::E2hSet>();
    visit.template operator()<typename hal::NamesAtEl2<R>::E2hClear>();
  };
#define CONTROLLED(Type) one.template operator()<hal::Type>();
#include "hal/regs/guest.def"
}

inline std::uint64_t Mixed(std::uint64_t n) {
  n = (n ^ n >> 31) * 0x9e37'79b9'7f4a'7c15;
  n = (n ^ n >> 29) * 0xbf58'476d'1ce4'e5b9;
  return n ^ n >> 32;
}

/// A value of few bits: not zero, where there are two another one for each owner, and not that of
/// the next register.
inline std::uint64_t FewBits(std::uint64_t id, std::uint64_t owner, int bits) {
  if (bits < 2) return owner + 1;
  return 1 + (Mixed(id) % 64 + owner) % ((1u << bits) - 1);
}

/// The bits of R that keep what is written.
template <class R>
std::uint64_t KeptBits() {
  std::uint64_t bits = 0;
  for (const hal::FieldInfo& field : hal::kInfo<R>.fields) {
    if (field.kind != hal::BitKind::kField) continue;
    const hal::FieldTraits& traits = field.traits;
    bool kept = traits.on_write == hal::OnWrite::kStores;
    for (const hal::Feature needs : {traits.needs, traits.res1_without, traits.rao_without})
      kept = kept && hal::Has(needs, hal::LiveIds<hal::Cpu>{});
    if (kept) bits |= field.mask();
  }
  return bits;
}

/// Bits with which a guest would not execute its program, or EL2 not its own: translation,
/// breakpoints, a timer that is not masked, a trap of EL2's FP or GIC registers, interrupts.
template <class R>
std::uint64_t UnchosenBits() {
  using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions
  switch (kInfo<R>.id) {
    case RegisterId::kSctlrEl1: return SctlrEl1().m(true).ee(true).raw();
    case RegisterId::kMdscrEl1: return MdscrEl1().ss(true).mde(true).kde(true).raw();
    case RegisterId::kCptrEl2: return ~CptrEl2().tcpac(true).tam(true).raw();
    case RegisterId::kCptrEl2E2h: return ~CptrEl2E2h().tcpac(true).tam(true).raw();
    case RegisterId::kIchHcrEl2: return IchHcrEl2().en(true).raw();
    case RegisterId::kMdcrEl2: return MdcrEl2().hpmn(31).raw();
    case RegisterId::kIccSreEl2: return ~std::uint64_t{0};
    default: return 0;
  }
}

/// A value of `owner` for every field that the CPU has, other than the other owners'. Bits that are
/// not chosen are as in `live`.
template <class R>
std::uint64_t ValueOf(Owner owner, std::uint64_t live = 0) {
  using hal::RegisterId;
  const auto own = static_cast<std::uint64_t>(owner);
  constexpr RegisterId kId = hal::kInfo<R>.id;
  constexpr std::uint64_t kTimers[] = {2, 3, 0};  // None that is enabled and not masked.
  if (kId == RegisterId::kCntvCtlEl0 || kId == RegisterId::kCntpCtlEl0) return kTimers[own];
  const std::uint64_t bits = KeptBits<R>() & ~UnchosenBits<R>();
  const std::uint64_t fixed =
      (hal::InertBits(hal::kInfo<R>.fields) | (live & UnchosenBits<R>())) & ~bits;
  if (std::popcount(bits) >= 12)
    return (Mixed(static_cast<std::uint64_t>(kId) << 2 | (own + 1)) & bits) | fixed;
  std::uint64_t value = FewBits(static_cast<std::uint64_t>(kId), own, std::popcount(bits));
  std::uint64_t placed = 0;
  for (std::uint64_t left = bits; left != 0; left &= left - 1, value >>= 1) {
    if ((value & 1) != 0) placed |= left & -left;
  }
  return placed | fixed;
}

template <class Name>
void WriteRaw(std::uint64_t value) {
  hal::Cpu::Write<Name>(Name::Value::FromRaw(value));
}

}  // namespace trivet::tests
