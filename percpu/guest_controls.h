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

/// EL1's user: a guest, or software that no hypervisor traps (percpu/open_to_el1.h).
enum class El1Of : std::uint8_t { kGuest, kNoGuest };

/// The controls for an EL1 that has `open`, under a host that has `host` in them. Fields that the
/// CPU lacks stay inert.
void MakeControls(TrapBank& controls, const TrapBank& host, hal::Capabilities open,
                  const CpuTraits& cpu, El1Of el1);

/// The bits of HCR_EL2 among the CONTROL lines.
hal::HcrEl2 ControlledHcr(hal::Capabilities open, const CpuTraits& cpu, El1Of el1);

}  // namespace trivet::percpu
