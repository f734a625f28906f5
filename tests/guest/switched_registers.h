// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "hal/capability.h"
#include "hal/cpu.h"
#include "hal/registers.h"
#include "tests/guest/owner.h"

/// The switched registers of hal/regs/guest.def as EL2 of this CPU accesses them, and a value for
/// each owner.
namespace trivet::tests {

inline constexpr Owner kOwners[] = {Owner::kFirst, Owner::kSecond, Owner::kHost};

/// When a register is switched. kHeld: as kOnRun, and the guest's own stays inert.
enum class Switched : std::uint8_t { kOnLoad, kOnRun, kHeld, kEachRun };

constexpr Switched kOnLoad = Switched::kOnLoad, kOnRun = Switched::kOnRun,
                   kEachRun = Switched::kEachRun;

/// Register `id`, or a control of EL2, under the name by which EL2 accesses it.
struct SwitchedRegister {
  hal::RegisterId id, name;
  Switched when;
  hal::Capability capability;
  std::uint64_t (*read)();
  void (*write)(std::uint64_t value);
};

inline constexpr std::size_t kMostRegisters = 96;

/// All, in the order of guest.def.
std::span<const SwitchedRegister> SwitchedRegisters(bool e2h);
/// The same of EL2's controls, whose `id` is the name with E2H 0.
std::span<const SwitchedRegister> Controls(bool e2h);

bool HasFeature(hal::Feature feature);

/// Calls visit(register, index) for each of `all` that this CPU has.
template <class Visit>
void ForEach(std::span<const SwitchedRegister> all, Visit visit) {
  for (std::size_t n = 0; n < all.size(); ++n) {
    if (HasFeature(hal::InfoOf(all[n].id).needs)) visit(all[n], n);
  }
}

/// Bits that change with time: a timer's ISTATUS. [arm-arm] CNTV_CTL_EL0.
std::uint64_t ClockBits(hal::RegisterId id);
/// The bits that keep what is written.
std::uint64_t KeptBits(hal::RegisterId id);
/// Bits with which a guest would not execute its program, or EL2 not its own: translation,
/// breakpoints, a timer that is not masked, a trap of EL2's FP or GIC registers, interrupts.
std::uint64_t UnchosenBits(hal::RegisterId id);
/// A value of `owner` for every field that the CPU has, other than the other owners'. Bits that are
/// not chosen are as in `live`.
std::uint64_t ValueOf(hal::RegisterId id, Owner owner, std::uint64_t live = 0);

inline std::uint64_t Mixed(std::uint64_t n) {
  n = (n ^ n >> 31) * 0x9e37'79b9'7f4a'7c15;
  n = (n ^ n >> 29) * 0xbf58'476d'1ce4'e5b9;
  return n ^ n >> 32;
}

template <class Name>
void WriteRaw(std::uint64_t value) {
  hal::Cpu::Write<Name>(Name::Value::FromRaw(value));
}

}  // namespace trivet::tests
