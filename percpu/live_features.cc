// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "percpu/live_features.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "hal/cpu.h"
#include "hal/field_mask.h"
#include "hal/registers.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// Of those with CRm 4 to 7, where all are that anything here reads.
constexpr unsigned kFirstKey = 4 << 3;
constexpr unsigned KeyOf(Encoding e) { return (unsigned{e.crm} << 3 | e.op2) - kFirstKey; }
template <class R>
constexpr unsigned kKeyOf = KeyOf(kInfo<R>.encoding);

consteval bool IsRead(unsigned key) {
#define ID_REGISTER(Type) \
  if (key == kKeyOf<Type>) return true;
#include "hal/features.def"
  return key == kKeyOf<IdAa64Zfr0El1>;
}

[[gnu::noinline]] std::uint64_t ReadKey(unsigned key) {
  switch (key) {
#define ID_REGISTER(Type) \
  case kKeyOf<Type>: return Cpu::Read<Type>().raw();
#include "hal/features.def"
    case kKeyOf<IdAa64Zfr0El1>: return Cpu::Read<IdAa64Zfr0El1>().raw();
    default: return 0;
  }
}

enum class Relation : std::uint8_t { kAtLeast, kIs, kIsNot };

/// One comparison of a field of up to four bits.
struct Comparison {
  std::uint8_t key : 5 = 0;
  std::uint8_t shift : 6 = 0;
  bool is_flag : 1 = false;  ///< One bit.
  bool is_signed : 1 = false;
  std::uint8_t value : 4 = 0;
  Relation relation : 2 = Relation::kAtLeast;
  bool and_next : 1 = false;  ///< Both have to hold; else one is enough.
  bool is_last : 1 = false;
};
static_assert(sizeof(Comparison) <= 4);

/// Alternatives, each of comparisons that all have to hold.
struct Condition {
  std::array<Comparison, 4> comparisons = {};
  std::size_t count = 0;

  constexpr Condition() = default;
  constexpr Condition(Comparison one) : comparisons{one}, count(1) {}  // NOLINT: one comparison
};

constexpr Comparison Compare(Comparison field, Relation relation, unsigned value) {
  field.relation = relation;
  field.value = value & 0xf;
  return field;
}
constexpr Comparison operator>=(Comparison field, unsigned value) {
  return Compare(field, Relation::kAtLeast, value);
}
constexpr Comparison operator==(Comparison field, unsigned value) {
  return Compare(field, Relation::kIs, value);
}
constexpr Comparison operator!=(Comparison field, unsigned value) {
  return Compare(field, Relation::kIsNot, value);
}
constexpr Condition operator||(Condition a, const Condition& b) {
  for (std::size_t i = 0; i < b.count; ++i) a.comparisons.at(a.count++) = b.comparisons.at(i);
  return a;
}
constexpr Condition operator&&(Comparison a, Comparison b) {
  a.and_next = true;
  return Condition(a) || b;
}

template <class R>
consteval Comparison FieldOf(std::uint64_t mask, bool is_signed) {
  Comparison field;
  field.key = kKeyOf<R> & 0x1f;
  field.shift = static_cast<unsigned>(std::countr_zero(mask)) & 0x3f;
  field.is_flag = std::popcount(mask) == 1;
  field.is_signed = is_signed;
  field.value = 1;
  return field;
}

consteval Condition Comparisons(Feature feature) {
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
#define MASK(Type, field) Type().field(AllOnes<decltype(Type().field())>()).raw()
#define ID(Type, field) FieldOf<Type>(MASK(Type, field), false)
#define SIGNED_ID(Type, field) FieldOf<Type>(MASK(Type, field), true)
  switch (feature) {
#define FEATURE(enumerator, name, ...) \
  case Feature::enumerator: return (__VA_ARGS__);
#include "hal/features.def"
    default: return {};
  }
#undef SIGNED_ID
#undef ID
#undef MASK
}

/// Every feature's condition, one behind the other.
struct Table {
  std::array<Comparison, std::size_t{2} * kFeatureCount> comparisons = {};
  std::array<std::uint8_t, kFeatureCount> first = {};
  std::size_t count = 0;
};
consteval Table MakeTable() {
  Table table;
  for (unsigned i = 0; i < kFeatureCount; ++i) {
    const Condition condition = Comparisons(static_cast<Feature>(i));
    table.first.at(i) = static_cast<std::uint8_t>(table.count);
    for (std::size_t n = 0; n < condition.count; ++n) {
      table.comparisons.at(table.count) = condition.comparisons.at(n);
      table.comparisons.at(table.count++).is_last = n + 1 == condition.count;
    }
  }
  return table;
}
static_assert(MakeTable().count <= 256);

constexpr auto kComparisons = [] {
  constexpr Table kTable = MakeTable();
  std::array<Comparison, kTable.count> used = {};
  for (std::size_t i = 0; i < used.size(); ++i) used.at(i) = kTable.comparisons.at(i);
  return used;
}();
constexpr std::array<std::uint8_t, kFeatureCount> kFirst = MakeTable().first;

bool Holds(const Comparison& c) {
  int field = static_cast<int>(ReadKey(c.key) >> c.shift & (c.is_flag ? 1 : 0xf));
  if (c.is_signed) field = (field ^ 8) - 8;  // Two's complement.
  const int value = c.value;
  if (c.relation == Relation::kAtLeast) return field >= value;
  return (field == value) == (c.relation == Relation::kIs);
}

/// What an OFFER line reads, ReadKey() does.
consteval bool ReadsWhatIsOffered() {
  bool all = true;
#define OFFER(Type, ...) all = all && IsRead(kKeyOf<Type>);
#include "hal/regs/guest.def"
  return all;
}
static_assert(ReadsWhatIsOffered());

}  // namespace

std::uint64_t ReadIdRegister(Encoding encoding) { return ReadKey(KeyOf(encoding)); }

bool CpuHas(Feature feature) {
  if (feature == Feature::kBase) return true;
  const Comparison* c = &kComparisons[kFirst[static_cast<unsigned>(feature)]];
  for (bool all = true;; ++c) {
    all = all && Holds(*c);
    if (c->and_next) continue;
    if (all || c->is_last) return all;
    all = true;
  }
}

}  // namespace trivet::percpu
