// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>

#include "hal/cpu.h"
#include "hal/exception_class.h"
#include "vectors/enter_guest.h"
#include "vectors/syndrome.h"

namespace trivet::vcpu {

/// Why a run ended.
enum class ExitReason : std::uint8_t {
  kHypercall,          ///< HVC: `syndrome.immediate()`.
  kSecureMonitorCall,  ///< SMC, trapped by HCR_EL2.TSC: PC is at the SMC, not after it.
  kWaitTrap,           ///< WFI or WFE, trapped: PC is at the instruction.
  kSystemRegister,     ///< Trapped MRS or MSR: `syndrome.system_register()`.
  kIrq,                ///< A physical interrupt, still pending.
  kFiq,
  kAArch32,           ///< The guest ran AArch32, which Trivet does not support.
  kOther,             ///< Another exception class: `syndrome.exception_class()`.
  kDataAbort,         ///< Stage 2: `syndrome.data_abort()`, `fault`.
  kInstructionAbort,  ///< Stage 2: `fault`.
  kSError,
};
inline constexpr unsigned kExitReasons = static_cast<unsigned>(ExitReason::kSError) + 1;

/// The reason as text, for messages. Never null.
const char* ToString(ExitReason reason);

/// How a run ended. Aborts carry the addresses that the hardware gave.
struct Exit {
  ExitReason reason = ExitReason::kOther;
  vectors::Syndrome syndrome = {};   ///< Valid for synchronous exits and SErrors.
  vectors::FaultAddress fault = {};  ///< Valid for aborts.
};

constexpr bool IsAbort(ExitReason reason) {
  return reason == ExitReason::kDataAbort || reason == ExitReason::kInstructionAbort;
}

namespace internal {

/// A reason with a mark: one test, on every exit, tells the exits that need more work from the
/// others.
struct Code {
  /// Aborts, what the run loop may serve, SError, a frame that was refused.
  static constexpr std::uint8_t kMore = 0x40;

  std::uint8_t bits;

  constexpr bool NeedsMore() const { return (bits & kMore) != 0; }
  constexpr ExitReason reason() const { return static_cast<ExitReason>(bits & ~kMore); }
  /// The same for a code without the mark.
  constexpr ExitReason plain() const { return static_cast<ExitReason>(bits); }
};

constexpr Code CodeOf(ExitReason reason, std::uint8_t mark = 0) {
  return {static_cast<std::uint8_t>(static_cast<std::uint8_t>(reason) | mark)};
}

constexpr Code CodeOf(hal::ExceptionClass exception_class) {
  using hal::ExceptionClass;
  switch (exception_class) {
    case ExceptionClass::kHvc64: return CodeOf(ExitReason::kHypercall);
    case ExceptionClass::kSmc64: return CodeOf(ExitReason::kSecureMonitorCall);
    case ExceptionClass::kWfx: return CodeOf(ExitReason::kWaitTrap);
    case ExceptionClass::kSystem: return CodeOf(ExitReason::kSystemRegister, Code::kMore);
    case ExceptionClass::kDataAbortLower: return CodeOf(ExitReason::kDataAbort, Code::kMore);
    case ExceptionClass::kInstructionAbortLower:
      return CodeOf(ExitReason::kInstructionAbort, Code::kMore);
    case ExceptionClass::kSve:
    case ExceptionClass::kSme:
    case ExceptionClass::kSimdFp: return CodeOf(ExitReason::kOther, Code::kMore);
    default: return CodeOf(ExitReason::kOther);
  }
}

/// CodeOf() for every value of ESR_EL2.EC: one load instead of comparisons.
inline constexpr auto kCodes = [] {
  std::array<Code, 64> codes = {};
  for (unsigned i = 0; i < codes.size(); ++i) {
    codes[i] = CodeOf(static_cast<hal::ExceptionClass>(i));
  }
  return codes;
}();

/// Indexed by vectors::ExitVector, for all but kSynchronous.
inline constexpr Code kCodesByVector[] = {CodeOf(ExitReason::kOther),
                                          CodeOf(ExitReason::kIrq),
                                          CodeOf(ExitReason::kFiq),
                                          CodeOf(ExitReason::kSError, Code::kMore),
                                          CodeOf(ExitReason::kAArch32),
                                          CodeOf(ExitReason::kAArch32),
                                          CodeOf(ExitReason::kAArch32),
                                          CodeOf(ExitReason::kAArch32),
                                          CodeOf(ExitReason::kOther, Code::kMore)};

inline vectors::Syndrome LiveSyndrome() {
  return vectors::Syndrome::FromRaw(hal::Cpu::Read<hal::EsrEl2>().raw());
}

/// The addresses of an abort whose syndrome is `syndrome`.
inline vectors::FaultAddress LiveFault(vectors::Syndrome syndrome) {
  return vectors::FaultAddress::FromRegisters(syndrome, hal::Cpu::Read<hal::FarEl2>().raw(),
                                              hal::Cpu::Read<hal::HpfarEl2>().raw());
}

}  // namespace internal

/// How EnterGuest() ended, for code without a Vcpu. On its CPU, at EL2, before another exception.
inline Exit ExitBy(vectors::ExitVector vector) {
  Exit exit;
  if (vector != vectors::ExitVector::kSynchronous) {
    exit.reason = internal::kCodesByVector[static_cast<unsigned>(vector)].reason();
    return exit;
  }
  exit.syndrome = internal::LiveSyndrome();
  exit.reason = internal::CodeOf(exit.syndrome.exception_class()).reason();
  if (IsAbort(exit.reason)) exit.fault = internal::LiveFault(exit.syndrome);
  return exit;
}

}  // namespace trivet::vcpu
