// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <concepts>
#include <cstdint>

#include "hal/capability.h"
#include "hal/field_mask.h"
#include "hal/registers.h"
#include "percpu/guest_registers.h"

/// The values of EL2's controls while a guest runs, from the CONTROL lines of hal/regs/guest.def.
namespace trivet::percpu {

namespace internal {

/// The feature without which the field of this mask is RES0.
template <class R>
consteval hal::Feature NeedsOf(std::uint64_t mask) {
  for (const hal::FieldInfo& field : hal::kInfo<R>.fields) {
    if (field.mask() == mask) return field.traits.needs;
  }
  __builtin_unreachable();  // Not a constant expression: no field has this mask.
}

template <hal::Feature kFeature>
constexpr bool IsPresent(const CpuTraits& cpu) {
  if constexpr (kFeature == hal::Feature::kBase || kFeature == hal::Feature::kVhe) {
    return true;
  } else {
    return cpu.Has<kFeature>();
  }
}

/// The bits of HCR_EL2 that a guest's capabilities or its request decide: the host's never reach a
/// guest.
inline constexpr hal::HcrEl2 kGuestHcr = [] {
  std::uint64_t mask = 0;
#define CONTROL(Type, accessor, ...) \
  if (std::same_as<hal::Type, hal::HcrEl2>) mask |= TRIVET_FIELD_MASK(Type, accessor);
#define REQUESTED(Type, accessor) mask |= TRIVET_FIELD_MASK(Type, accessor);
#include "hal/regs/guest.def"
  return hal::HcrEl2::FromRaw(mask);
}();

/// The CONTROL lines of R applied to `value`; fields that this CPU lacks stay. kGuest false: what
/// traps for every guest does not.
template <bool kGuest, class R>
constexpr R ApplyControls(R value, hal::Capabilities open, const CpuTraits& cpu) {
#define CONTROL(Type, accessor, closed, opened, capability)                                    \
  if constexpr (std::same_as<R, hal::Type>) {                                                  \
    constexpr hal::Feature kNeeds = NeedsOf<R>(TRIVET_FIELD_MASK(Type, accessor));             \
    constexpr bool kClears =                                                                   \
        hal::Capability::capability == hal::Capability::kNever && R().accessor(closed) == R(); \
    constexpr bool kEnds =                                                                     \
        !kGuest && hal::Capability::capability == hal::Capability::kNever && !kClears;         \
    if (IsPresent<kClears ? hal::Feature::kBase : kNeeds>(cpu)) {                              \
      const bool opens = kEnds || open.Has(hal::Capability::capability);                       \
      value = value.accessor(opens ? (opened) : (closed));                                     \
    }                                                                                          \
  }
  using hal::TrapLevels;
#include "hal/regs/guest.def"
  return value;
}

/// The KEEP lines of R.
template <class R>
constexpr R KeepFields(R value, R host) {
#define KEEP(Type, accessor) \
  if constexpr (std::same_as<R, hal::Type>) value = value.accessor(host.accessor());
#include "hal/regs/guest.def"
  return value;
}

}  // namespace internal

using internal::kGuestHcr;

/// The control that is accessed as `Name`, while a guest with `open` runs under a host that has
/// `host` in it.
template <class Name>
constexpr std::uint64_t GuestControl(std::uint64_t host, hal::Capabilities open,
                                     const CpuTraits& cpu) {
  if constexpr (std::same_as<Name, hal::IchHcrEl2>) {
    if (open.Has(hal::Capability::kInterruptInterface)) return host;
  }
  const Name kept = internal::KeepFields(Name::Inert(), Name::FromRaw(host));
  return internal::ApplyControls<true>(kept, open, cpu).raw();
}

/// The bits of kGuestHcr for a guest with `open`.
constexpr hal::HcrEl2 GuestHcr(hal::Capabilities open, const CpuTraits& cpu) {
  return internal::ApplyControls<true>(hal::HcrEl2(), open, cpu);
}

/// Both for an EL1 that no hypervisor traps and that has `open`: percpu/open_to_el1.h.
template <class Name>
constexpr std::uint64_t OpenControl(std::uint64_t live, hal::Capabilities open,
                                    const CpuTraits& cpu) {
  const Name kept = internal::KeepFields(Name::Inert(), Name::FromRaw(live));
  return internal::ApplyControls<false>(kept, open, cpu).raw();
}
constexpr hal::HcrEl2 OpenHcr(hal::Capabilities open, const CpuTraits& cpu) {
  return internal::ApplyControls<false>(hal::HcrEl2(), open, cpu);
}

}  // namespace trivet::percpu
