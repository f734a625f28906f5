// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "hal/exception_class.h"
#include "hal/registers.h"
#include "vcpu/exit.h"

/// An exception that a guest's EL1 takes, as hardware takes it. [arm-arm] AArch64.TakeException.
namespace trivet::vcpu {

/// What happened to a guest. Made by the functions of this class; inject.h delivers it.
class GuestException {
 public:
  /// The instruction at PC does not exist. [arm-arm] ESR_EL1.EC 0b000000.
  static constexpr GuestException Undefined() { return {hal::ExceptionClass::kUnknown, 0}; }
  /// A synchronous External abort of the load or store at PC, at the guest's virtual address `far`.
  static constexpr GuestException DataAbort(std::uint64_t far, bool is_write) {
    return {hal::ExceptionClass::kDataAbortLower, kExternal | (is_write ? kWnr : 0), far};
  }
  /// The same of the fetch from PC, which is `far` but for a 2-byte instruction at its end.
  static constexpr GuestException InstructionAbort(std::uint64_t far) {
    return {hal::ExceptionClass::kInstructionAbortLower, kExternal, far};
  }
  /// The same for an exit by a data or instruction abort: what no memory and no device answers.
  static constexpr GuestException ExternalAbort(const Exit& exit) {
    const bool data = exit.reason == ExitReason::kDataAbort;
    const auto kept = static_cast<std::uint32_t>(exit.syndrome.raw()) & (data ? kWnr | kCm : 0);
    const std::optional<std::uint64_t> far = exit.fault.virtual_address;
    return {
        data ? hal::ExceptionClass::kDataAbortLower : hal::ExceptionClass::kInstructionAbortLower,
        kExternal | kept | (far ? 0 : kFnv), far.value_or(0)};
  }
  /// An SError with this syndrome: ESR_EL1.{IDS, ISS}, bits 24:0; the others are dropped.
  static constexpr GuestException SError(std::uint32_t iss) {
    return {hal::ExceptionClass::kSError, iss & 0x1ff'ffff};
  }

  constexpr bool is_serror() const { return class_ == hal::ExceptionClass::kSError; }
  constexpr bool is_abort() const { return far_.has_value(); }
  /// ESR_EL1 of its entry, from EL0 or from EL1. [arm-arm] ESR_EL1.{EC, IL, ISS}.
  constexpr std::uint64_t Esr(bool from_el1) const {
    // Of an abort there are two classes: 0b100000 and 0b100100 from a lower level.
    const std::uint64_t code =
        static_cast<std::uint8_t>(class_) + (is_abort() && from_el1 ? 1u : 0u);
    constexpr std::uint64_t kIl = 1 << 25;
    return code << 26 | kIl | iss_;
  }
  constexpr std::uint32_t iss() const { return iss_; }
  constexpr std::optional<std::uint64_t> far() const { return far_; }

 private:
  // [arm-arm] ESR_EL1, ISS encoding for an exception from a Data Abort.
  static constexpr std::uint32_t kExternal = 0b01'0000, kWnr = 1 << 6, kCm = 1 << 8, kFnv = 1 << 10;

  constexpr GuestException(hal::ExceptionClass exception_class, std::uint32_t iss,
                           std::optional<std::uint64_t> far = {})
      : class_(exception_class), iss_(iss), far_(far) {}

  hal::ExceptionClass class_;
  std::uint32_t iss_;
  std::optional<std::uint64_t> far_;
};

/// What an entry to EL1 depends on.
struct EntryControls {
  hal::VbarEl1 vbar = {};
  hal::SctlrEl1 sctlr = {};
  bool aborts_as_serror = false;  ///< SCTLR2_EL1.EASE
  bool has_pan = false, has_ssbs = false, has_mte2 = false, has_nmi = false;
};

/// What it leaves.
struct ExceptionEntry {
  std::uint64_t pc, pstate;
  std::uint64_t elr, spsr, esr;
  std::optional<std::uint64_t> far;  ///< None: FAR_EL1 stays.
};

/// EL0 in AArch32. [arm-arm] SPSR_EL2.M.
constexpr bool IsAArch32El0(std::uint64_t pstate) { return (pstate & 31) == 0b10000; }

/// The entry from `pc` and `pstate`, EL0 or EL1 in AArch64 or EL0 in AArch32, the PC of the
/// instruction that caused the exception, or of the next one for an SError.
ExceptionEntry EntryOf(const GuestException& exception, std::uint64_t pc, std::uint64_t pstate,
                       const EntryControls& controls);

/// True when PSTATE.A keeps an SError pending.
constexpr bool MasksSError(std::uint64_t pstate) { return (pstate >> 8 & 1) != 0; }

}  // namespace trivet::vcpu
