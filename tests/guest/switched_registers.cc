// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/guest/switched_registers.h"

#include <bit>
#include <iterator>
#include <type_traits>

#include "hal/features.h"
#include "hal/roles.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

template <class R, class Name>
constexpr SwitchedRegister Row(Switched when, Capability capability) {
  return {.id = kInfo<R>.id,
          .name = kInfo<Name>.id,
          .when = when,
          .capability = capability,
          .read = [] { return Cpu::Read<Name>().raw(); },
          .write = &WriteRaw<Name>};
}

template <bool kE2h, class R>
using NameOf =
    std::conditional_t<kE2h, typename NamesAtEl2<R>::E2hSet, typename NamesAtEl2<R>::E2hClear>;

// Families, of which a CPU has a part, are left out: values_test, opened_state_test.
template <bool kE2h>
constexpr SwitchedRegister kSwitched[] = {
#define ON_LOAD(Type) Row<Type, NameOf<kE2h, Type>>(Switched::kOnLoad, Capability::kAlways),
#define ON_RUN(Type) Row<Type, NameOf<kE2h, Type>>(Switched::kOnRun, Capability::kAlways),
#define HELD(Type, control, capability) \
  Row<Type, NameOf<kE2h, Type>>(Switched::kHeld, Capability::kAlways),
#define OPENED(Type, When, capability) \
  Row<Type, NameOf<kE2h, Type>>(Switched::k##When, Capability::capability),
#define MONITOR(Type)
#define DEBUG(Type)
#include "hal/regs/guest.def"
};

template <bool kE2h>
constexpr SwitchedRegister kControls[] = {
#define CONTROLLED(Type) Row<Type, NameOf<kE2h, Type>>(Switched::kOnRun, Capability::kAlways),
#include "hal/regs/guest.def"
};

static_assert(std::size(kSwitched<false>) <= kMostRegisters);
static_assert(std::size(kControls<false>) <= kMostRegisters);

/// A value of few bits: not zero, where there are two another one for each owner, and not that of
/// the next register.
std::uint64_t FewBits(std::uint64_t id, std::uint64_t owner, int bits) {
  if (bits < 2) return owner + 1;
  return 1 + (Mixed(id) % 64 + owner) % ((1u << bits) - 1);
}

bool IsTimerControl(RegisterId id) {
  return id == RegisterId::kCntvCtlEl0 || id == RegisterId::kCntpCtlEl0;
}

}  // namespace

std::span<const SwitchedRegister> SwitchedRegisters(bool e2h) {
  return e2h ? std::span(kSwitched<true>) : std::span(kSwitched<false>);
}

std::span<const SwitchedRegister> Controls(bool e2h) {
  return e2h ? std::span(kControls<true>) : std::span(kControls<false>);
}

bool HasFeature(Feature feature) { return Has(feature, LiveIds<Cpu>{}); }

std::uint64_t ClockBits(RegisterId id) { return IsTimerControl(id) ? 1 << 2 : 0; }

std::uint64_t KeptBits(RegisterId id) {
  std::uint64_t bits = 0;
  for (const FieldInfo& field : InfoOf(id).fields) {
    if (field.kind != BitKind::kField) continue;
    const FieldTraits& traits = field.traits;
    bool kept = traits.on_write == OnWrite::kStores;
    for (const Feature needs : {traits.needs, traits.res1_without, traits.rao_without})
      kept = kept && HasFeature(needs);
    if (kept) bits |= field.mask();
  }
  return bits;
}

std::uint64_t UnchosenBits(RegisterId id) {
  switch (id) {
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

std::uint64_t ValueOf(RegisterId id, Owner owner, std::uint64_t live) {
  const auto own = static_cast<std::uint64_t>(owner);
  constexpr std::uint64_t kTimers[] = {2, 3, 0};  // None that is enabled and not masked.
  if (IsTimerControl(id)) return kTimers[own];
  const std::uint64_t unchosen = UnchosenBits(id), bits = KeptBits(id) & ~unchosen;
  const std::uint64_t fixed = (InertBits(InfoOf(id).fields) | (live & unchosen)) & ~bits;
  if (std::popcount(bits) >= 12)
    return (Mixed(static_cast<std::uint64_t>(id) << 2 | (own + 1)) & bits) | fixed;
  std::uint64_t value = FewBits(static_cast<std::uint64_t>(id), own, std::popcount(bits));
  std::uint64_t placed = 0;
  for (std::uint64_t left = bits; left != 0; left &= left - 1, value >>= 1) {
    if ((value & 1) != 0) placed |= left & -left;
  }
  return placed | fixed;
}

}  // namespace trivet::tests
