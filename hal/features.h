// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/feature.h"
#include "hal/registers.h"

/// Which features a CPU has, from its ID registers. One place, for EL2 (values read through a
/// backend) and for the simulator (values of a CPU profile).
namespace trivet::hal {

/// One ID register's value. Registers that a CPU does not have read as zero, which means "no
/// feature".
template <class R>
struct IdSlot {
  R value;
};

/// One CPU's ID registers: those that features depend on.
struct IdValues :
#define ID_REGISTER(Type) IdSlot<Type>,
#include "hal/features.def"
    IdSlot<MidrEl1> {
  template <class R>
  constexpr R Get() const {
    return static_cast<const IdSlot<R>&>(*this).value;
  }
  template <class R>
  constexpr void Set(R value) {
    static_cast<IdSlot<R>&>(*this).value = value;
  }

  /// Sets one register by its id; false, and nothing changed, when no feature depends on it.
  constexpr bool SetRaw(RegisterId id, std::uint64_t raw) {
#define ID_REGISTER(Type) \
  if (id == RegisterId::k##Type) return Set(Type::FromRaw(raw)), true;
#include "hal/features.def"
    if (id == RegisterId::kMidrEl1) return Set(MidrEl1::FromRaw(raw)), true;
    return false;
  }

  /// Reads all of them on the CPU that calls: one MRS each. EL1 or above.
  template <class B>
  static IdValues Read() {
    IdValues ids;
#define ID_REGISTER(Type) ids.Set(B::template Read<Type>());
#include "hal/features.def"
    ids.Set(B::template Read<MidrEl1>());
    return ids;
  }
};

/// The calling CPU's ID registers, read on each use: a constant feature costs one MRS.
template <class B>
struct LiveIds {
  template <class R>
  R Get() const {
    return B::template Read<R>();
  }
};

/// True when a CPU whose ID registers are `ids` (IdValues or LiveIds) has the feature.
template <class Ids>
constexpr bool Has(Feature feature, const Ids& ids) {
  using Pfr0 = IdAa64Pfr0El1;
  using Pfr1 = IdAa64Pfr1El1;
  using Pfr2 = IdAa64Pfr2El1;
  using Smfr0 = IdAa64Smfr0El1;
  using Dfr0 = IdAa64Dfr0El1;
  using Dfr1 = IdAa64Dfr1El1;
  using Dfr2 = IdAa64Dfr2El1;
  using Isar0 = IdAa64Isar0El1;
  using Isar1 = IdAa64Isar1El1;
  using Isar2 = IdAa64Isar2El1;
  using Isar3 = IdAa64Isar3El1;
  using Mmfr0 = IdAa64Mmfr0El1;
  using Mmfr1 = IdAa64Mmfr1El1;
  using Mmfr2 = IdAa64Mmfr2El1;
  using Mmfr3 = IdAa64Mmfr3El1;
  using Mmfr4 = IdAa64Mmfr4El1;
  switch (feature) {
    case Feature::kBase: return true;
    case Feature::kCount: return false;
#define ID(Type, field) static_cast<unsigned>(ids.template Get<Type>().field())
// A four-bit field as a two's complement number.
#define SIGNED_ID(Type, field) ((static_cast<int>(ID(Type, field)) ^ 8) - 8)
#define FEATURE(enumerator, name, ...) \
  case Feature::enumerator: return (__VA_ARGS__);
#include "hal/features.def"
#undef SIGNED_ID
#undef ID
  }
  return false;
}

/// The same for the CPU that calls. EL1 or above.
template <Feature kFeature, class B>
bool Has() {
  return Has(kFeature, LiveIds<B>{});
}

/// Has() of every feature, computed once.
class FeatureSet {
 public:
  constexpr FeatureSet() = default;
  template <class Ids>
  static constexpr FeatureSet From(const Ids& ids) {
    FeatureSet set;
    for (unsigned i = 0; i < kFeatureCount; ++i) {
      if (Has(static_cast<Feature>(i), ids)) set.Add(static_cast<Feature>(i));
    }
    return set;
  }
  constexpr bool Has(Feature feature) const {
    const auto i = static_cast<unsigned>(feature);
    return (words_[i / 64] >> (i % 64) & 1) != 0;
  }
  constexpr void Add(Feature feature) {
    const auto i = static_cast<unsigned>(feature);
    words_[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  constexpr void Remove(Feature feature) {
    const auto i = static_cast<unsigned>(feature);
    words_[i / 64] &= ~(std::uint64_t{1} << (i % 64));
  }

 private:
  // FeatureSet::Has hides hal::Has inside the class.
  template <class Ids>
  static constexpr bool Has(Feature feature, const Ids& ids) {
    return hal::Has(feature, ids);
  }

  std::uint64_t words_[(kFeatureCount + 63) / 64] = {1};  // kBase
};

}  // namespace trivet::hal
