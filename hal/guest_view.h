// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/capability.h"
#include "hal/features.h"
#include "hal/register_info.h"

/// hal/regs/guest.def as data, for tests, messages and docs/guest_view.md.
namespace trivet::hal {

/// What becomes of a register while a guest runs, if the guest has the capability that it needs.
enum class Fate : std::uint8_t {
  kOnLoad,    ///< Switched when another guest, or the host, takes its place.
  kOnRun,     ///< The same; with each run under a VHE host.
  kEachRun,   ///< Switched with each run under any host.
  kHeld,      ///< Switched as kOnRun, for every guest; trapped without the capability.
  kVector,    ///< Switched with the vector registers.
  kVirtual,   ///< The guest has a copy of its own in hardware.
  kOffered,   ///< An ID register: trapped, and served from a table.
  kConstant,  ///< Read-only; tells nothing about the host's state.
  kShared,    ///< Not switched.
  kTrapped,   ///< An access traps or is UNDEFINED.
};

const char* ToString(Fate fate);

struct GuestRegister {
  RegisterId id;
  Fate fate;
  Capability capability;  ///< Without it, an access traps or is UNDEFINED.
  const char* note;
};

/// One line for each described register that EL1 or EL0 can reach, and for those of EL2 that hold
/// a guest's state, in the order in which they are restored.
List<GuestRegister> GuestRegisters();

/// The line of `id`; null when neither EL1 nor EL0 can reach it by a described name.
const GuestRegister* FindGuestRegister(RegisterId id);

struct CapabilityInfo {
  const char* name;
  Feature needs;
};

/// The description of a capability that a guest can be given.
const CapabilityInfo& InfoOf(Capability capability);

/// Every capability that a CPU with these features can give a guest.
Capabilities CapabilitiesOf(const FeatureSet& features);

/// A field of an EL2 control that a guest's capabilities decide.
struct GuestControlField {
  RegisterId id;
  std::uint64_t mask;
  std::uint64_t closed, open;  ///< In place.
  Capability capability;
};
List<GuestControlField> GuestControlFields();

/// A field of an ID register that guests with a capability are shown.
struct GuestIdField {
  RegisterId id;
  std::uint64_t mask;
  std::uint64_t value;  ///< The greatest one, in place.
  Capability capability;
};
List<GuestIdField> GuestIdFields();

/// What an ID register shows to a guest with these capabilities on a CPU where it holds `live`: at
/// most what guest.def offers; a field that it does not, reads as absent. `encoding`: with op0 3,
/// op1 0 and CRn 0.
std::uint64_t OfferedId(Encoding encoding, std::uint64_t live, Capabilities open);

}  // namespace trivet::hal
