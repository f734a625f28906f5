#pragma once

#include <cstdint>

#include "vectors/enter_guest.h"
#include "vectors/syndrome.h"

namespace trivet::vcpu {

/// Why a run ended.
enum class ExitReason : std::uint8_t {
  kHypercall,          ///< HVC: `syndrome.immediate()`.
  kSecureMonitorCall,  ///< SMC, trapped by HCR_EL2.TSC: PC is at the SMC, not behind it.
  kWaitTrap,           ///< WFI or WFE, trapped: PC is at the instruction.
  kSystemRegister,     ///< Trapped MRS or MSR: `syndrome.system_register()`.
  kDataAbort,          ///< Stage 2: `syndrome.data_abort()`, `fault`.
  kInstructionAbort,   ///< Stage 2: `fault`.
  kIrq,                ///< A physical interrupt, still pending.
  kFiq,
  kSError,
  kAArch32,  ///< The guest ran AArch32, which Trivet does not serve.
  kOther,    ///< Another exception class: `syndrome.exception_class()`.
};

/// A run's end. Aborts carry the addresses; for other reasons they are zero.
struct Exit {
  ExitReason reason = ExitReason::kOther;
  vectors::Syndrome syndrome = {};   ///< Valid for synchronous exits and SErrors.
  vectors::FaultAddress fault = {};  ///< Valid for aborts.
};

/// Reads this CPU's ESR_EL2 (and FAR_EL2, HPFAR_EL2 for aborts). Right after EnterGuest, interrupts
/// masked.
Exit DecodeExit(vectors::ExitVector vector);

}  // namespace trivet::vcpu
