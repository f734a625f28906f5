#pragma once

#include <cstdint>
#include <span>

#include "hal/feature.h"
#include "hal/register_id.h"

/// What a register description says, as data: the simulator, the decoder and the reference page read
/// these tables; the typed accessors in hal/registers.h come from the same hal/regs/*.def lines.
namespace trivet::hal {

enum class Access : std::uint8_t { kReadWrite, kReadOnly, kWriteOnly };

/// What makes a direct write visible to everything that reads the register indirectly.
/// [arm-arm] "Synchronization requirements for AArch64 System registers".
enum class Sync : std::uint8_t {
  kProgramOrder,  ///< Later instructions see it: ELR, SPSR, SP, DAIF.
  kContext,       ///< A context synchronization event: ISB, exception entry, exception return.
  kNothing,       ///< Nobody reads it indirectly: software thread identifiers.
};

/// Registers whose bits mean something else when HCR_EL2.E2H is set have two descriptions.
enum class Layout : std::uint8_t { kAny, kE2hClear, kE2hSet };

enum class BitKind : std::uint8_t { kField, kRes0, kRes1 };

/// op0, op1, CRn, CRm, op2 of MRS and MSR.
struct Encoding {
  std::uint8_t op0, op1, crn, crm, op2;
  friend constexpr bool operator==(const Encoding&, const Encoding&) = default;
};

/// What a field says besides its place. Combined from the tags below, so that a .def line reads as words.
struct FieldTraits {
  Feature needs = Feature::kBase;  ///< RES0 on a CPU without it.
  bool tlb_cached = false;         ///< A TLB may hold it: a change needs TLBI + DSB + ISB.
  bool has_reset = false;          ///< Warm reset gives `reset`; otherwise the field is UNKNOWN.
  std::uint64_t reset = 0;
  Feature rao_without = Feature::kBase;  ///< RAO/WI on a CPU without this feature.
};

struct FieldInfo {
  const char* name;  ///< The manual's spelling; "RES0" or "RES1" for reserved bits.
  std::uint8_t hi, lo;
  BitKind kind;
  FieldTraits traits;

  /// The bits of this field, in place.
  constexpr std::uint64_t mask() const {
    return (~std::uint64_t{0} >> (63 - (hi - lo))) << lo;
  }
};

struct RegisterInfo {
  const char* name;  ///< The manual's spelling, for example "HCR_EL2".
  RegisterId id;
  RegisterId storage;  ///< Where the value lives: another register's id for an alias such as SCTLR_EL12.
  Encoding encoding;
  Access access;
  Sync sync;
  Layout layout;
  Feature needs;  ///< UNDEFINED on a CPU without it.
  std::span<const FieldInfo> fields;

  constexpr bool is_alias() const { return id != storage; }
};

/// Every description, in RegisterId order.
std::span<const RegisterInfo> AllRegisters();
const RegisterInfo& InfoOf(RegisterId id);

/// RES0 and RES1 as the description states them, before any CPU's features are considered.
constexpr std::uint64_t MaskOf(std::span<const FieldInfo> fields, BitKind kind) {
  std::uint64_t mask = 0;
  for (const FieldInfo& field : fields) {
    if (field.kind == kind) mask |= field.mask();
  }
  return mask;
}

/// True when the fields cover all 64 bits exactly once.
consteval bool CoversEveryBitOnce(std::span<const FieldInfo> fields) {
  std::uint64_t seen = 0;
  for (const FieldInfo& field : fields) {
    if (field.hi > 63 || field.lo > field.hi || (seen & field.mask()) != 0) return false;
    seen |= field.mask();
  }
  return seen == ~std::uint64_t{0};
}

/// The tags a .def line may carry after a field's type.
struct Needs { Feature feature; };
struct RaoWithout { Feature feature; };
struct Reset { std::uint64_t value; };
struct TlbCached {};

constexpr void Apply(FieldTraits& traits, Needs tag) { traits.needs = tag.feature; }
constexpr void Apply(FieldTraits& traits, RaoWithout tag) { traits.rao_without = tag.feature; }
constexpr void Apply(FieldTraits& traits, TlbCached) { traits.tlb_cached = true; }
constexpr void Apply(FieldTraits& traits, Reset tag) {
  traits.has_reset = true;
  traits.reset = tag.value;
}

template <class... Tags>
constexpr FieldTraits Traits(Tags... tags) {
  FieldTraits traits;
  (Apply(traits, tags), ...);
  return traits;
}

}  // namespace trivet::hal
