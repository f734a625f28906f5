// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "hal/exception_class.h"
#include "hal/register_info.h"

/// ESR_EL2, FAR_EL2 and HPFAR_EL2 as typed values. [arm-arm] ESR_EL2, "ISS encoding for an
/// exception from ...".
namespace trivet::vectors {

using hal::ExceptionClass;

/// The kind of fault in a fault status code; the level is separate. [arm-arm] ESR_EL2.DFSC.
enum class FaultKind : std::uint8_t {
  kAddressSize,
  kTranslation,
  kAccessFlag,
  kPermission,
  kExternal,
  kAlignment,
  kOther,
};

struct FaultStatus {
  FaultKind kind;
  std::int8_t level;  ///< 0 to 3 of the walk; -1 when the code has none.
};

/// A trapped MRS or MSR.
struct SystemRegisterTrap {
  hal::Encoding encoding;
  std::uint8_t rt;  ///< 31 is XZR.
  bool is_read;     ///< MRS.
};

/// A trapped WFI, WFE, WFIT or WFET.
struct WaitTrap {
  bool is_wfe;
  bool has_timeout;
};

/// A data abort. The access is described only when the hardware says so (ISV).
struct DataAbort {
  FaultStatus fault;
  bool is_write;
  bool during_stage1_walk;  ///< S1PTW: the address is that of a stage 1 descriptor.
  bool far_is_valid;
  bool access_is_described;   ///< ISV: the five below mean something.
  std::uint8_t access_bytes;  ///< 1, 2, 4 or 8.
  std::uint8_t rt;            ///< 31 is XZR.
  bool sign_extend;
  bool is_64_bit;   ///< Xt, not Wt.
  bool is_ordered;  ///< AR: a load-acquire or store-release.
};

struct InstructionAbort {
  FaultStatus fault;
  bool during_stage1_walk;
  bool far_is_valid;
};

/// One ESR_EL2 value. Each decoder is meaningful for its exception class only.
class Syndrome {
 public:
  constexpr Syndrome() = default;
  static constexpr Syndrome FromRaw(std::uint64_t esr) {
    Syndrome syndrome;
    syndrome.esr_ = esr;
    return syndrome;
  }
  constexpr std::uint64_t raw() const { return esr_; }

  constexpr ExceptionClass exception_class() const {
    return static_cast<ExceptionClass>(Bits<31, 26>());
  }
  /// 4 for an A64 instruction, 2 for a 16-bit T32 one. [arm-arm] ESR_EL2.IL.
  constexpr unsigned instruction_bytes() const { return Bits<25, 25>() ? 4 : 2; }

  /// HVC, SMC (as A64), SVC, BRK: the instruction's immediate.
  constexpr std::uint16_t immediate() const { return static_cast<std::uint16_t>(Bits<15, 0>()); }
  /// True for HVC #immediate, in one comparison: the bits that are RES0 for an HVC are compared
  /// too, so that a future meaning of theirs makes this false. [arm-arm] ESR_EL2, ISS encoding for
  /// an exception from HVC.
  constexpr bool IsHvc(std::uint16_t immediate) const {
    constexpr auto kClass = static_cast<std::uint32_t>(ExceptionClass::kHvc64);
    constexpr std::uint32_t kIl = 1 << 25;
    return static_cast<std::uint32_t>(esr_) == (kClass << 26 | kIl | immediate);
  }
  constexpr SystemRegisterTrap system_register() const;
  constexpr WaitTrap wait() const;
  constexpr DataAbort data_abort() const;
  constexpr InstructionAbort instruction_abort() const;

 private:
  /// Of the low half, where all of these are: comparisons of several become one of 32 bits.
  template <unsigned kHi, unsigned kLo>
  constexpr std::uint32_t Bits() const {
    static_assert(kHi < 32);
    return (static_cast<std::uint32_t>(esr_) >> kLo) & (~std::uint32_t{0} >> (31 - (kHi - kLo)));
  }

  std::uint64_t esr_ = 0;
};

/// Where a stage 2 fault happened, as far as the hardware says.
struct FaultAddress {
  std::optional<std::uint64_t> virtual_address;  ///< FAR_EL2, unless the syndrome has FnV.
  /// IPA: HPFAR_EL2's page with FAR_EL2's offset in it. None for the faults that leave HPFAR_EL2
  /// UNKNOWN: permission faults but those of a stage 1 walk, and external aborts.
  std::optional<std::uint64_t> intermediate_address;

  /// From the syndrome of an abort and the two registers. [arm-arm] HPFAR_EL2, ESR_EL2.FnV.
  static constexpr FaultAddress FromRegisters(Syndrome syndrome, std::uint64_t far,
                                              std::uint64_t hpfar);
};

/// The kind and level in a 6-bit fault status code. [arm-arm] ESR_EL2, DFSC: groups of four codes,
/// the low two bits the level.
constexpr FaultStatus DecodeFaultStatus(std::uint8_t code) {
  const auto level = static_cast<std::int8_t>(code & 3);
  switch (code >> 2) {
    case 0x00 >> 2: return {FaultKind::kAddressSize, level};
    case 0x04 >> 2: return {FaultKind::kTranslation, level};
    case 0x08 >> 2: return {FaultKind::kAccessFlag, level};
    case 0x0c >> 2: return {FaultKind::kPermission, level};
    case 0x14 >> 2: return {FaultKind::kExternal, level};
    default: break;
  }
  if (code == 0x10) return {FaultKind::kExternal, -1};
  if (code == 0x21) return {FaultKind::kAlignment, -1};
  return {FaultKind::kOther, -1};
}

// Inlined: they are part of handling an exit.

// [arm-arm] ESR_EL2, ISS encoding for an exception from MSR, MRS, or System instruction execution.
constexpr SystemRegisterTrap Syndrome::system_register() const {
  return {.encoding = {.op0 = static_cast<std::uint8_t>(Bits<21, 20>()),
                       .op1 = static_cast<std::uint8_t>(Bits<16, 14>()),
                       .crn = static_cast<std::uint8_t>(Bits<13, 10>()),
                       .crm = static_cast<std::uint8_t>(Bits<4, 1>()),
                       .op2 = static_cast<std::uint8_t>(Bits<19, 17>())},
          .rt = static_cast<std::uint8_t>(Bits<9, 5>()),
          .is_read = Bits<0, 0>() != 0};
}

// [arm-arm] ESR_EL2, ISS encoding for an exception from a WF* instruction: TI.
constexpr WaitTrap Syndrome::wait() const {
  return {.is_wfe = Bits<0, 0>() != 0, .has_timeout = Bits<1, 1>() != 0};
}

// [arm-arm] ESR_EL2, ISS encoding for an exception from a Data Abort.
/// Inlined: a caller uses a few of the fields.
[[gnu::always_inline]] constexpr DataAbort Syndrome::data_abort() const {
  return {.fault = DecodeFaultStatus(static_cast<std::uint8_t>(Bits<5, 0>())),
          .is_write = Bits<6, 6>() != 0,
          .during_stage1_walk = Bits<7, 7>() != 0,
          .far_is_valid = Bits<10, 10>() == 0,
          .access_is_described = Bits<24, 24>() != 0,
          .access_bytes = static_cast<std::uint8_t>(1u << Bits<23, 22>()),
          .rt = static_cast<std::uint8_t>(Bits<20, 16>()),
          .sign_extend = Bits<21, 21>() != 0,
          .is_64_bit = Bits<15, 15>() != 0,
          .is_ordered = Bits<14, 14>() != 0};
}

// [arm-arm] ESR_EL2, ISS encoding for an exception from an Instruction Abort.
constexpr InstructionAbort Syndrome::instruction_abort() const {
  return {.fault = DecodeFaultStatus(static_cast<std::uint8_t>(Bits<5, 0>())),
          .during_stage1_walk = Bits<7, 7>() != 0,
          .far_is_valid = Bits<10, 10>() == 0};
}

constexpr FaultAddress FaultAddress::FromRegisters(Syndrome syndrome, std::uint64_t far,
                                                   std::uint64_t hpfar) {
  constexpr std::uint64_t kPageOffset = 0xfff;
  // HPFAR_EL2.FIPA, bits 47:4 (43:4 without FEAT_LPA, the rest RES0), holds the IPA from bit 12 up.
  constexpr std::uint64_t kFipa = 0xffff'ffff'fff0;
  // Bits that data and instruction aborts share. Codes 0b0000xx, 0b0001xx, 0b0010xx: address size,
  // translation and access flag faults; 0b1010x1: the first two at level -1.
  const auto code = static_cast<std::uint32_t>(syndrome.raw()) & 0x3f;
  const bool during_stage1_walk = (syndrome.raw() & 1 << 7) != 0;
  const bool far_is_valid = (syndrome.raw() & 1 << 10) == 0;
  FaultAddress address;
  if (far_is_valid) address.virtual_address = far;
  if (code < 0b001100 || during_stage1_walk || (code & ~2u) == 0b101001) {
    // The offset of a walk's descriptor is not in FAR_EL2.
    const std::uint64_t offset = during_stage1_walk ? 0 : far & kPageOffset;
    address.intermediate_address = ((hpfar & kFipa) << 8) | offset;
  }
  return address;
}

}  // namespace trivet::vectors
