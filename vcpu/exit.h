#pragma once

#include <array>
#include <cstdint>

#include "hal/cpu.h"
#include "hal/exception_class.h"
#include "vectors/enter_guest.h"
#include "vectors/syndrome.h"

namespace trivet::vcpu {

/// Set in the reasons that need more than the vector or the syndrome's class: one test, on every
/// exit, distinguishes them from the others.
inline constexpr unsigned kHasFault = 0x40, kHasSErrorSyndrome = 0x80;

/// Why a run ended.
enum class ExitReason : std::uint8_t {
  kHypercall,          ///< HVC: `syndrome.immediate()`.
  kSecureMonitorCall,  ///< SMC, trapped by HCR_EL2.TSC: PC is at the SMC, not after it.
  kWaitTrap,           ///< WFI or WFE, trapped: PC is at the instruction.
  kSystemRegister,     ///< Trapped MRS or MSR: `syndrome.system_register()`.
  kIrq,                ///< A physical interrupt, still pending.
  kFiq,
  kAArch32,                ///< The guest ran AArch32, which Trivet does not support.
  kOther,                  ///< Another exception class: `syndrome.exception_class()`.
  kDataAbort = kHasFault,  ///< Stage 2: `syndrome.data_abort()`, `fault`.
  kInstructionAbort,       ///< Stage 2: `fault`.
  kSError = kHasSErrorSyndrome,
};

/// How a run ended. Aborts carry the addresses; for other reasons they are zero.
struct Exit {
  ExitReason reason = ExitReason::kOther;
  vectors::Syndrome syndrome = {};   ///< Valid for synchronous exits and SErrors.
  vectors::FaultAddress fault = {};  ///< Valid for aborts.
};

namespace internal {

constexpr bool Has(ExitReason reason, unsigned mark) {
  return (static_cast<unsigned>(reason) & mark) != 0;
}

constexpr ExitReason ReasonOf(hal::ExceptionClass exception_class) {
  using hal::ExceptionClass;
  switch (exception_class) {
    case ExceptionClass::kHvc64: return ExitReason::kHypercall;
    case ExceptionClass::kSmc64: return ExitReason::kSecureMonitorCall;
    case ExceptionClass::kWfx: return ExitReason::kWaitTrap;
    case ExceptionClass::kSystem: return ExitReason::kSystemRegister;
    case ExceptionClass::kDataAbortLower: return ExitReason::kDataAbort;
    case ExceptionClass::kInstructionAbortLower: return ExitReason::kInstructionAbort;
    default: return ExitReason::kOther;
  }
}

/// ReasonOf() for every value of ESR_EL2.EC: one load instead of comparisons.
inline constexpr auto kReasons = [] {
  std::array<ExitReason, 64> reasons = {};
  for (unsigned i = 0; i < reasons.size(); ++i) {
    reasons[i] = ReasonOf(static_cast<hal::ExceptionClass>(i));
  }
  return reasons;
}();

/// Indexed by vectors::ExitVector, for all but kSynchronous.
inline constexpr ExitReason kReasonsByVector[] = {
    ExitReason::kOther,   ExitReason::kIrq,     ExitReason::kFiq,     ExitReason::kSError,
    ExitReason::kAArch32, ExitReason::kAArch32, ExitReason::kAArch32, ExitReason::kAArch32};

inline vectors::Syndrome LiveSyndrome() {
  return vectors::Syndrome::FromRaw(hal::Cpu::Read<hal::EsrEl2>().raw());
}

}  // namespace internal

/// Reads this CPU's ESR_EL2 (and FAR_EL2, HPFAR_EL2 for aborts). Right after EnterGuest, interrupts
/// masked. Inlined: it is part of every exit.
[[gnu::always_inline]] inline Exit DecodeExit(vectors::ExitVector vector) {
  using hal::Cpu;
  if (vector != vectors::ExitVector::kSynchronous) {
    Exit exit = {.reason = internal::kReasonsByVector[static_cast<unsigned>(vector)]};
    if (internal::Has(exit.reason, kHasSErrorSyndrome)) exit.syndrome = internal::LiveSyndrome();
    return exit;
  }
  Exit exit = {.syndrome = internal::LiveSyndrome()};
  exit.reason = internal::kReasons[static_cast<unsigned>(exit.syndrome.exception_class())];
  if (internal::Has(exit.reason, kHasFault)) {
    exit.fault = vectors::FaultAddress::FromRegisters(Cpu::Read<hal::FarEl2>().raw(),
                                                      Cpu::Read<hal::HpfarEl2>().raw());
  }
  return exit;
}

}  // namespace trivet::vcpu
