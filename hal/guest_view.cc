// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/guest_view.h"

#include <algorithm>

#include "hal/field_mask.h"
#include "hal/registers.h"

namespace trivet::hal {
namespace {

constexpr GuestRegister kRegisters[] = {
#define LINE(Type, fate, capability, note) \
  {RegisterId::k##Type, Fate::fate, Capability::capability, note},
#define ON_LOAD(Type) LINE(Type, kOnLoad, kAlways, "")
#define ON_RUN(Type) LINE(Type, kOnRun, kAlways, "")
#define OPENED(Type, When, capability) LINE(Type, k##When, capability, "")
#define HELD(Type, control, capability) LINE(Type, kHeld, capability, control)
#define VECTOR(Type, capability) LINE(Type, kVector, capability, "with the vector registers")
#define VIRTUAL(Type, capability, where) LINE(Type, kVirtual, capability, where)
#define OFFERED(Type) LINE(Type, kOffered, kAlways, "HCR_EL2.TID3")
#define CONSTANT(Type) LINE(Type, kConstant, kAlways, "")
#define SHARED(Type, capability, why) LINE(Type, kShared, capability, why)
#define TRAPPED(Type, control) LINE(Type, kTrapped, kNever, control)
#include "hal/regs/guest.def"
#undef LINE
};

/// Names with op1 4 and above are EL2's and EL3's; an alias is reached by its base's name.
constexpr bool IsGuestReachable(const RegisterInfo& info) {
  return info.encoding.op1 < 4 && !info.is_alias();
}

consteval bool EveryReachableRegisterHasOneLine() {
  unsigned lines[kRegisterCount] = {};
  for (const GuestRegister& line : kRegisters) ++lines[static_cast<unsigned>(line.id)];
  return std::ranges::all_of(lines, [](unsigned n) { return n <= 1; }) &&
#define REGISTER(Type, ...) \
  (!IsGuestReachable(kInfo<Type>) || lines[static_cast<unsigned>(RegisterId::k##Type)] == 1) &&
#define SAME_LAYOUT(Type, ...) REGISTER(Type)
#define INSTANCE(Type, ...) REGISTER(Type)
#include "hal/regs/all.def"
         true;
}
static_assert(EveryReachableRegisterHasOneLine(),
              "a register that a guest can reach has no line in hal/regs/guest.def, or two");

constexpr CapabilityInfo kCapabilities[] = {
    {"always", Feature::kBase},
    {"never", Feature::kBase},
#define CAPABILITY(enumerator, name, feature) {name, Feature::feature},
#include "hal/regs/guest.def"
};

constexpr GuestControlField kControls[] = {
#define CONTROL(Type, accessor, closed, open, capability)                            \
  {kInfo<Type>.id, TRIVET_FIELD_MASK(Type, accessor), Type().accessor(closed).raw(), \
   Type().accessor(open).raw(), Capability::capability},
#define REQUESTED(Type, accessor) \
  {kInfo<Type>.id, TRIVET_FIELD_MASK(Type, accessor), 0, 0, Capability::kNever},
#include "hal/regs/guest.def"
};

constexpr GuestIdField kOffers[] = {
#define OFFER(Type, accessor, greatest, capability)        \
  {RegisterId::k##Type, TRIVET_FIELD_MASK(Type, accessor), \
   TRIVET_FIELD_VALUE(Type, accessor, greatest), Capability::capability},
#include "hal/regs/guest.def"
};

}  // namespace

const char* ToString(Fate fate) {
  switch (fate) {
    case Fate::kOnLoad: return "switched on load";
    case Fate::kOnRun: return "switched on load; on run under VHE";
    case Fate::kEachRun: return "switched on run";
    case Fate::kHeld: return "held";
    case Fate::kVector: return "switched on first use";
    case Fate::kVirtual: return "virtual";
    case Fate::kOffered: return "offered";
    case Fate::kConstant: return "constant";
    case Fate::kShared: return "shared";
    case Fate::kTrapped: return "trapped";
  }
  return "unknown";
}

List<GuestRegister> GuestRegisters() { return kRegisters; }

const GuestRegister* FindGuestRegister(RegisterId id) {
  const GuestRegister* const line = std::ranges::find(kRegisters, id, &GuestRegister::id);
  return line == std::ranges::end(kRegisters) ? nullptr : line;
}

const CapabilityInfo& InfoOf(Capability capability) {
  return kCapabilities[static_cast<unsigned>(capability)];
}

Capabilities CapabilitiesOf(const FeatureSet& features) {
  Capabilities all;
  for (unsigned i = 0; i < static_cast<unsigned>(Capability::kCount); ++i) {
    const auto capability = static_cast<Capability>(i);
    const bool exists = kAllCapabilities.Has(capability) && capability != Capability::kAlways;
    if (exists && features.Has(InfoOf(capability).needs)) all = all | capability;
  }
  return all;
}

List<GuestControlField> GuestControlFields() { return kControls; }

List<GuestIdField> GuestIdFields() { return kOffers; }

}  // namespace trivet::hal
