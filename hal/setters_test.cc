// Every setter of every register, from the same descriptions that made them: a field takes each
// value and its neighbours keep theirs.

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>

#include "hal/registers.h"

namespace trivet::hal {
namespace {

constexpr int kRounds = 8;

/// Checks one field. `set` and `get` go through the typed accessors; the place comes from the
/// table.
template <class R, class Set, class Get>
void CheckField(const char* name, Set set, Get get) {
  const RegisterInfo& info = kInfo<R>;
  const FieldInfo* found = nullptr;
  for (const FieldInfo& field : info.fields) {
    if (field.name == std::string_view(name)) found = &field;
  }
  ASSERT_NE(found, nullptr) << info.name << '.' << name;
  const std::uint64_t mask = found->mask();
  std::mt19937_64 random(mask);
  for (int i = 0; i < kRounds; ++i) {
    const std::uint64_t background = random();
    const std::uint64_t value = random() & (mask >> found->lo);
    const R changed = set(R::FromRaw(background), value);
    ASSERT_EQ(changed.raw() & ~mask, background & ~mask) << info.name << '.' << name;
    ASSERT_EQ((changed.raw() & mask) >> found->lo, value) << info.name << '.' << name;
    ASSERT_EQ(get(changed), value) << info.name << '.' << name;
  }
}

/// Two accessors of one register with one name would hide each other; the compiler finds those. Two
/// fields with one manual name would make the table ambiguous.
template <class R>
void CheckNames() {
  std::set<std::string_view> names;
  for (const FieldInfo& field : kInfo<R>.fields) {
    if (field.kind != BitKind::kField) continue;
    EXPECT_TRUE(names.insert(field.name).second) << kInfo<R>.name << '.' << field.name;
  }
}

unsigned CheckAll() {
  unsigned fields = 0;
#define REGISTER(Type, ...) \
  {                         \
    using R = Type;         \
    CheckNames<R>();
#define E2H_LAYOUT(Type, ...) REGISTER(Type)
#define VIEW(Type, ...) REGISTER(Type)
#define FIELD(hi, lo, NAME, accessor, T, ...)                                            \
  ++fields;                                                                              \
  CheckField<R>(                                                                         \
      #NAME, [](R r, std::uint64_t value) { return r.accessor(static_cast<T>(value)); }, \
      [](R r) { return static_cast<std::uint64_t>(r.accessor()); });
#define BIT(n, NAME, accessor, ...) FIELD(n, n, NAME, accessor, bool)
#define END_REGISTER(Type) }
#include "hal/regs/all.def"
  return fields;
}

TEST(Setters, TakeEveryValueAndLeaveTheNeighboursAlone) { EXPECT_GT(CheckAll(), 1400u); }

}  // namespace
}  // namespace trivet::hal
