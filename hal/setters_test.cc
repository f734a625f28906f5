// SPDX-License-Identifier: Apache-2.0 OR MIT
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

/// A field's typed accessors, on whole registers.
using Setter = std::uint64_t (*)(std::uint64_t raw, std::uint64_t value);
using Getter = std::uint64_t (*)(std::uint64_t raw);

/// Checks one field, whose place comes from the table. No template: there are 1,400 fields.
void CheckField(const RegisterInfo& info, const char* name, Setter set, Getter get) {
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
    const std::uint64_t changed = set(background, value);
    ASSERT_EQ(changed & ~mask, background & ~mask) << info.name << '.' << name;
    ASSERT_EQ((changed & mask) >> found->lo, value) << info.name << '.' << name;
    ASSERT_EQ(get(changed), value) << info.name << '.' << name;
  }
}

/// Two accessors of one register with one name would hide each other; the compiler finds those. Two
/// fields with one manual name would make the table ambiguous.
void CheckNames(const RegisterInfo& info) {
  std::set<std::string_view> names;
  for (const FieldInfo& field : info.fields) {
    if (field.kind != BitKind::kField) continue;
    EXPECT_TRUE(names.insert(field.name).second) << info.name << '.' << field.name;
  }
}

unsigned CheckAll() {
  unsigned fields = 0;
#define REGISTER(Type, ...) \
  {                         \
    using R = Type;         \
    CheckNames(kInfo<R>);
#define E2H_LAYOUT(Type, ...) REGISTER(Type)
#define VIEW(Type, ...) REGISTER(Type)
#define FIELD(hi, lo, NAME, accessor, T, ...)                         \
  ++fields;                                                           \
  CheckField(                                                         \
      kInfo<R>, #NAME,                                                \
      [](std::uint64_t raw, std::uint64_t value) {                    \
        return R::FromRaw(raw).accessor(static_cast<T>(value)).raw(); \
      },                                                              \
      [](std::uint64_t raw) { return static_cast<std::uint64_t>(R::FromRaw(raw).accessor()); });
#define BIT(n, NAME, accessor, ...) FIELD(n, n, NAME, accessor, bool)
#define END_REGISTER(Type) }
#include "hal/regs/all.def"
  return fields;
}

TEST(Setters, TakeEveryValueAndLeaveTheNeighboursAlone) { EXPECT_GT(CheckAll(), 1400u); }

}  // namespace
}  // namespace trivet::hal
