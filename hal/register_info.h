// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/feature.h"
#include "hal/register_id.h"

/// The register descriptions as data: the simulator, the decoder and the reference page
/// read these tables; the typed accessors in hal/registers.h come from the same hal/regs/*.def
/// lines.
namespace trivet::hal {

/// A read-only view of an array, convertible to std::span; <span> alone would cost a third of the
/// time it takes to compile hal/registers.h.
template <class T>
class List {
 public:
  constexpr List() = default;
  template <std::size_t kSize>
  constexpr List(const T (&array)[kSize])
      : data_(array), size_(kSize) {}  // NOLINT: a view, like span

  constexpr const T* data() const { return data_; }
  constexpr std::size_t size() const { return size_; }
  constexpr const T* begin() const { return data_; }
  constexpr const T* end() const { return data_ + size_; }
  constexpr const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  const T* data_ = nullptr;
  std::size_t size_ = 0;
};

enum class Access : std::uint8_t { kReadWrite, kReadOnly, kWriteOnly };

/// What makes a direct write visible to everything that reads the register indirectly.
/// [arm-arm] "Synchronization requirements for AArch64 System registers".
enum class Sync : std::uint8_t {
  kProgramOrder,  ///< Later instructions see it: ELR, SPSR, SP, PSTATE, ICC_PMR.
  kContext,       ///< A context synchronization event: ISB, exception entry, exception return.
  kNothing,       ///< It has no indirect readers: thread identifiers, ID registers, counters.
};

/// Registers whose bits mean something else when HCR_EL2.E2H is set have two descriptions.
enum class Layout : std::uint8_t { kAny, kE2hClear, kE2hSet };

enum class BitKind : std::uint8_t { kField, kRes0, kRes1 };

/// What a write of a field does, in a register that can be written.
enum class OnWrite : std::uint8_t {
  kStores,   ///< The field takes the value.
  kIgnored,  ///< Nothing: hardware owns the field.
  kActs,     ///< Writing 1 does something; the field reads as zero.
  kSets,     ///< Writing 1 sets the bit, writing 0 leaves it.
  kClears,   ///< Writing 1 clears the bit, writing 0 leaves it.
};

/// op0, op1, CRn, CRm, op2 of MRS and MSR.
struct Encoding {
  std::uint8_t op0, op1, crn, crm, op2;
  friend constexpr bool operator==(const Encoding&, const Encoding&) = default;
};

/// A field's properties besides its position. Combined from the tags in hal/field_tags.h.
struct FieldTraits {
  Feature needs = Feature::kBase;         ///< RES0 on a CPU without it.
  Feature res1_without = Feature::kBase;  ///< RES1 on a CPU without it.
  Feature rao_without = Feature::kBase;   ///< RAO/WI on a CPU without it.
  bool tlb_cached = false;                ///< A TLB may hold it: a change needs TLBI + DSB + ISB.
  OnWrite on_write = OnWrite::kStores;
  std::uint64_t reset = 0;
  bool has_reset = false;      ///< Warm reset gives `reset`; otherwise the field is UNKNOWN.
  bool has_top_reset = false;  ///< It does so only where EL2 is the highest exception level.
  bool reset_is_pmcr_n =
      false;  ///< Warm reset gives PMCR_EL0.N: all counters belong to EL1 and EL0.
};

struct FieldInfo {
  const char* name;  ///< The manual's spelling; "RES0" or "RES1" for reserved bits.
  std::uint8_t hi, lo;
  BitKind kind;
  FieldTraits traits;
  const char* (*value_name)(std::uint64_t) =
      nullptr;  ///< What a value means; null for plain numbers.

  /// The bits of this field, in place.
  constexpr std::uint64_t mask() const { return (~std::uint64_t{0} >> (63 - (hi - lo))) << lo; }
};

struct RegisterInfo {
  const char* name;  ///< The manual's spelling, for example "HCR_EL2".
  RegisterId id;
  RegisterId
      storage;  ///< Where the value lives: another register's id for an alias such as SCTLR_EL12.
  Encoding encoding;
  Access access;
  Sync sync;
  Layout layout;
  Feature needs;  ///< UNDEFINED on a CPU without it; an alias also needs what its storage needs.
  List<FieldInfo> fields;

  constexpr bool is_alias() const { return id != storage; }
};

/// Every description, in RegisterId order.
List<RegisterInfo> AllRegisters();
const RegisterInfo& InfoOf(RegisterId id);

/// The register that an MRS or MSR of `id`'s name reaches at EL2 while HCR_EL2.E2H is 1: SCTLR_EL1
/// reaches SCTLR_EL2 there. `id` itself when E2H does not redirect the name. [arm-arm] FEAT_VHE.
RegisterId RedirectedByE2h(RegisterId id);

/// RES0 and RES1 as the description states them, before any CPU's features are considered.
constexpr std::uint64_t MaskOf(List<FieldInfo> fields, BitKind kind) {
  std::uint64_t mask = 0;
  for (const FieldInfo& field : fields) {
    if (field.kind == kind) mask |= field.mask();
  }
  return mask;
}

/// Bits that are RES1 always or on some CPUs.
constexpr std::uint64_t InertBits(List<FieldInfo> fields) {
  std::uint64_t mask = 0;
  for (const FieldInfo& field : fields) {
    const bool sometimes = field.traits.res1_without != Feature::kBase;
    if (field.kind == BitKind::kRes1 || sometimes) mask |= field.mask();
  }
  return mask;
}

/// True when the fields cover all 64 bits exactly once.
consteval bool CoversEveryBitOnce(List<FieldInfo> fields) {
  std::uint64_t seen = 0;
  for (const FieldInfo& field : fields) {
    if (field.hi > 63 || field.lo > field.hi || (seen & field.mask()) != 0) return false;
    seen |= field.mask();
  }
  return seen == ~std::uint64_t{0};
}

/// FieldInfo::value_name for a field of type T.
template <class T>
constexpr auto ValueNamer() -> const char* (*)(std::uint64_t) {
  if constexpr (requires(T value) { ToString(value); }) {
    return [](std::uint64_t value) { return ToString(static_cast<T>(value)); };
  } else {
    return nullptr;
  }
}

}  // namespace trivet::hal
