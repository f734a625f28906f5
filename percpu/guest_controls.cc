// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "percpu/guest_controls.h"

#include <array>
#include <bit>
#include <cstddef>
#include <iterator>
#include <span>

#include "hal/roles.h"

namespace trivet::percpu {
namespace {

using hal::Capabilities;
using hal::Capability;
using hal::Feature;
using hal::RegisterId;

constexpr std::uint8_t kAlwaysThere = 0xff;

consteval std::uint8_t IndexOf(Feature feature) {
  const bool always = feature == Feature::kBase || feature == Feature::kVhe;
  return always ? kAlwaysThere : static_cast<std::uint8_t>(CpuTraits::IndexOf(feature));
}

bool IsThere(std::uint8_t index, const CpuTraits& cpu) {
  return index == kAlwaysThere || cpu.HasAt(index);
}

/// A CONTROL or KEEP line.
struct ControlField {
  std::uint8_t shift, width;
  std::uint8_t closed, opened;
  Capability capability;
  std::uint8_t feature;
  bool kept;  ///< The host's value.
  bool ends;  ///< It traps for every guest, and for no other EL1.

  std::uint64_t mask() const { return ((std::uint64_t{1} << width) - 1) << shift; }
};

/// The feature without which the field of this mask is RES0.
template <class R>
consteval Feature NeedsOf(std::uint64_t mask) {
  for (const hal::FieldInfo& field : hal::kInfo<R>.fields) {
    if (field.mask() == mask) return field.traits.needs;
  }
  __builtin_unreachable();  // Not a constant expression: no field has this mask.
}

template <class R>
consteval ControlField FieldOf(std::uint64_t mask, std::uint64_t closed, std::uint64_t opened,
                               Capability capability, bool kept) {
  const int shift = std::countr_zero(mask);
  const bool never = capability == Capability::kNever;
  // Zero on every CPU: no feature has to be looked up.
  const bool clears = never && closed == 0;
  return {.shift = static_cast<std::uint8_t>(shift),
          .width = static_cast<std::uint8_t>(std::popcount(mask)),
          .closed = static_cast<std::uint8_t>(closed >> shift),
          .opened = static_cast<std::uint8_t>(opened >> shift),
          .capability = capability,
          .feature = clears || kept ? kAlwaysThere : IndexOf(NeedsOf<R>(mask)),
          .kept = kept,
          .ends = never && !clears};
}

#define CONTROL(Type, accessor, closed, open, capability)                                   \
  FieldOf<hal::Type>(TRIVET_FIELD_MASK(Type, accessor), hal::Type().accessor(closed).raw(), \
                     hal::Type().accessor(open).raw(), Capability::capability, false),
#define KEEP(Type, accessor) \
  FieldOf<hal::Type>(TRIVET_FIELD_MASK(Type, accessor), 0, 0, Capability::kNever, true),
using hal::TrapLevels;
constexpr ControlField kControlFields[] = {
#include "hal/regs/guest.def"
};

/// The lines of one register, which stand together.
struct Lines {
  std::uint8_t first, count;
};

template <class Name>
consteval Lines LinesOf() {
  constexpr RegisterId kOwners[] = {
#define CONTROL(Type, ...) RegisterId::k##Type,
#define KEEP(Type, accessor) RegisterId::k##Type,
#include "hal/regs/guest.def"
  };
  std::size_t first = 0, last = 0, lines = 0;
  for (std::size_t i = 0; i < std::size(kOwners); ++i) {
    if (kOwners[i] != hal::kInfo<Name>.id) continue;
    if (lines++ == 0) first = i;
    last = i + 1;
  }
  if (last - first != lines) __builtin_unreachable();  // Not a constant expression: they do not.
  return {static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(lines)};
}

/// A control by the name that it has under one E2H.
struct Control {
  std::uint32_t inert;
  Lines lines;
  std::uint8_t feature;
  bool is_interface;  ///< ICH_HCR_EL2, which belongs to a guest with the CPU interface.
};

template <class R, class Name>
consteval Control ControlOf() {
  static_assert(Name::Inert().raw() >> 32 == 0);
  return {.inert = static_cast<std::uint32_t>(Name::Inert().raw()),
          .lines = LinesOf<Name>(),
          .feature = IndexOf(hal::kInfo<R>.needs),
          .is_interface = std::same_as<Name, hal::IchHcrEl2>};
}

/// The controls of a bank, E2H clear and set.
template <class>
inline constexpr int kControlsOf = 0;
template <class... Rs>
inline constexpr std::array<Control, sizeof...(Rs)> kControlsOf<RegisterBank<Rs...>>[2] = {
    {ControlOf<Rs, typename hal::NamesAtEl2<Rs>::E2hClear>()...},
    {ControlOf<Rs, typename hal::NamesAtEl2<Rs>::E2hSet>()...}};

struct Terms {
  Capabilities open;
  CpuTraits cpu;
  bool is_guest;
};

[[gnu::noinline]] std::uint64_t Apply(std::uint64_t value, std::uint64_t host, Lines lines,
                                      const Terms& terms) {
  for (const ControlField& f : std::span(kControlFields).subspan(lines.first, lines.count)) {
    if (!IsThere(f.feature, terms.cpu)) continue;
    const bool opens = terms.open.Has(f.capability) || (f.ends && !terms.is_guest);
    const std::uint64_t field = std::uint64_t{opens ? f.opened : f.closed} << f.shift;
    value = (value & ~f.mask()) | (f.kept ? host & f.mask() : field);
  }
  return value;
}

[[gnu::noinline]] void Make(std::span<std::uint64_t> values, const Control* control,
                            const Terms& terms) {
  for (std::uint64_t& value : values) {
    const Control& c = *control++;
    if (!IsThere(c.feature, terms.cpu)) continue;
    if (c.is_interface && terms.is_guest && terms.open.Has(Capability::kInterruptInterface)) {
      continue;
    }
    value = Apply(c.inert, value, c.lines, terms);
  }
}

}  // namespace

void MakeControls(TrapBank& controls, const TrapBank& host, Capabilities open, const CpuTraits& cpu,
                  El1Of el1) {
  const Terms terms = {.open = open, .cpu = cpu, .is_guest = el1 == El1Of::kGuest};
  controls = host;
  Make(controls.values(), kControlsOf<CommonTrapBank>[cpu.e2h()].data(), terms);
  Make(controls.seldom.values(), kControlsOf<SeldomTrapBank>[cpu.e2h()].data(), terms);
}

hal::HcrEl2 ControlledHcr(Capabilities open, const CpuTraits& cpu, El1Of el1) {
  constexpr Lines kLines = LinesOf<hal::HcrEl2>();
  return hal::HcrEl2::FromRaw(
      Apply(0, 0, kLines, {.open = open, .cpu = cpu, .is_guest = el1 == El1Of::kGuest}));
}

}  // namespace trivet::percpu
