// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/exception_class.h"
#include "hal/field_tags.h"
#include "hal/field_types.h"
#include "hal/register.h"
#include "hal/register_info.h"

/// One type per system register, with an accessor and a by-value setter per field:
///
///     HcrEl2 hcr = Cpu::Read<HcrEl2>().vm(true).imo(true);
///
/// The types, their tables and the 64-bit coverage check all expand from hal/regs/*.def.
namespace trivet::hal {

// Pass 1: the types. A template per layout holds the accessors, so that registers with equal fields
// stay different types.
#define REGISTER(Type, ...)                 \
  template <class R>                        \
  class Type##Fields : public Register<R> { \
   public:
#define E2H_LAYOUT(Type, ...) REGISTER(Type)
#define VIEW(Type, ...) REGISTER(Type)
#define FIELD(hi, lo, NAME, accessor, T, ...)                                           \
  constexpr T accessor() const { return static_cast<T>(this->template Get<hi, lo>()); } \
  [[nodiscard]] constexpr R accessor(T value) const {                                   \
    return this->template Set<hi, lo>(static_cast<std::uint64_t>(value));               \
  }
#define BIT(n, NAME, accessor, ...) FIELD(n, n, NAME, accessor, bool)
#define END_REGISTER(Type) \
  }                        \
  ;                        \
  class Type : public Type##Fields<Type> {};
#define SAME_LAYOUT(Type, NAME, Base, ...) \
  class Type : public Base##Fields<Type> {};
// Names without a type of their own: what they hold is a Base.
#define INSTANCE(Type, NAME, Base, ...) \
  struct Type {                         \
    using Value = Base;                 \
  };
#define E2H_ALIAS(Type, NAME, Base, ...) INSTANCE(Type, NAME, Base)
#include "hal/regs/all.def"

constexpr Encoding Enc(std::uint8_t op0, std::uint8_t op1, std::uint8_t crn, std::uint8_t crm,
                       std::uint8_t op2) {
  return {op0, op1, crn, crm, op2};
}

// Pass 2: the tables, and the proof that each description accounts for every bit.
#define TRIVET_DESCRIBE(Type, NAME, storage, encoding, access, sync, layout, feature) \
  template <>                                                                         \
  struct Description<Type> {                                                          \
    using enum Feature;                                                               \
    using enum Access;                                                                \
    using enum Sync;                                                                  \
    using enum Layout;                                                                \
    static constexpr RegisterInfo kHeader = {NAME,                                    \
                                             RegisterId::k##Type,                     \
                                             RegisterId::k##storage,                  \
                                             encoding,                                \
                                             access,                                  \
                                             sync,                                    \
                                             layout,                                  \
                                             feature,                                 \
                                             {}};
#define TRIVET_BORROW(Base)                                              \
  static constexpr List<FieldInfo> kFields = Description<Base>::kFields; \
  }                                                                      \
  ;
#define REGISTER(Type, NAME, encoding, access, sync, layout, feature)        \
  TRIVET_DESCRIBE(Type, NAME, Type, encoding, access, sync, layout, feature) \
  static constexpr FieldInfo kFields[] = {
#define E2H_LAYOUT(Type, NAME, Base, encoding, access, sync, feature)         \
  TRIVET_DESCRIBE(Type, NAME, Base, encoding, access, sync, kE2hSet, feature) \
  static constexpr FieldInfo kFields[] = {
#define VIEW(Type, NAME, Base, encoding, access, sync, feature)            \
  TRIVET_DESCRIBE(Type, NAME, Base, encoding, access, sync, kAny, feature) \
  static constexpr FieldInfo kFields[] = {
#define FIELD(hi, lo, NAME, accessor, T, ...) \
  {#NAME, hi, lo, BitKind::kField, Traits(__VA_ARGS__), ValueNamer<T>()},
#define BIT(n, NAME, accessor, ...) {#NAME, n, n, BitKind::kField, Traits(__VA_ARGS__)},
#define RES0(hi, lo) {"RES0", hi, lo, BitKind::kRes0, {}},
#define RES1(hi, lo) {"RES1", hi, lo, BitKind::kRes1, {}},
#define END_REGISTER(Type)                                      \
  }                                                             \
  ;                                                             \
  }                                                             \
  ;                                                             \
  static_assert(CoversEveryBitOnce(Description<Type>::kFields), \
                #Type ": a bit is missing or described twice");
#define SAME_LAYOUT(Type, NAME, Base, encoding, access, sync, feature)     \
  TRIVET_DESCRIBE(Type, NAME, Type, encoding, access, sync, kAny, feature) \
  TRIVET_BORROW(Base)
#define INSTANCE(Type, NAME, Base, encoding, access, sync, feature) \
  SAME_LAYOUT(Type, NAME, Base, encoding, access, sync, feature)
#define E2H_ALIAS(Type, NAME, Base, Target, encoding)                                       \
  TRIVET_DESCRIBE(Type, NAME, Base, encoding, Description<Base>::kHeader.access,            \
                  Description<Base>::kHeader.sync, Description<Base>::kHeader.layout, kVhe) \
  TRIVET_BORROW(Base)
#include "hal/regs/all.def"
#undef TRIVET_DESCRIBE
#undef TRIVET_BORROW

/// The description of R, as data.
template <class R>
inline constexpr RegisterInfo kInfo = [] {
  RegisterInfo info = Description<R>::kHeader;
  info.fields = Description<R>::kFields;
  return info;
}();

template <class R>
concept SystemRegister = requires {
  typename Description<R>;
  typename R::Value;
};
template <class R>
concept ReadableRegister = SystemRegister<R> && kInfo<R>.access != Access::kWriteOnly;
template <class R>
concept WritableRegister = SystemRegister<R> && kInfo<R>.access != Access::kReadOnly;

}  // namespace trivet::hal
