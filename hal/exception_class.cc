// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/exception_class.h"

namespace trivet::hal {

const char* ToString(ExceptionClass value) {
  switch (value) {
    case ExceptionClass::kUnknown: return "unknown reason";
    case ExceptionClass::kWfx: return "WFI or WFE";
    case ExceptionClass::kCp15Mcr: return "MCR or MRC, coproc 15";
    case ExceptionClass::kCp15Mcrr: return "MCRR or MRRC, coproc 15";
    case ExceptionClass::kCp14Mcr: return "MCR or MRC, coproc 14";
    case ExceptionClass::kCp14Ldc: return "LDC or STC";
    case ExceptionClass::kSimdFp: return "SVE, SIMD or floating point";
    case ExceptionClass::kVmrs: return "VMRS";
    case ExceptionClass::kPauth: return "pointer authentication";
    case ExceptionClass::kOther: return "LD64B, ST64B or other";
    case ExceptionClass::kCp14Mrrc: return "MRRC, coproc 14";
    case ExceptionClass::kBranchTarget: return "branch target";
    case ExceptionClass::kIllegalState: return "illegal execution state";
    case ExceptionClass::kSvc32: return "SVC, AArch32";
    case ExceptionClass::kHvc32: return "HVC, AArch32";
    case ExceptionClass::kSmc32: return "SMC, AArch32";
    case ExceptionClass::kSystem128: return "MSRR, MRRS or 128-bit system instruction";
    case ExceptionClass::kSvc64: return "SVC, AArch64";
    case ExceptionClass::kHvc64: return "HVC, AArch64";
    case ExceptionClass::kSmc64: return "SMC, AArch64";
    case ExceptionClass::kSystem: return "MSR, MRS or system instruction";
    case ExceptionClass::kSve: return "SVE";
    case ExceptionClass::kEret: return "ERET";
    case ExceptionClass::kTstart: return "TSTART";
    case ExceptionClass::kPacFail: return "pointer authentication failure";
    case ExceptionClass::kSme: return "SME";
    case ExceptionClass::kGranuleProtection: return "granule protection check";
    case ExceptionClass::kInstructionAbortLower: return "instruction abort, lower EL";
    case ExceptionClass::kInstructionAbortSame: return "instruction abort, same EL";
    case ExceptionClass::kPcAlignment: return "PC alignment";
    case ExceptionClass::kDataAbortLower: return "data abort, lower EL";
    case ExceptionClass::kDataAbortSame: return "data abort, same EL";
    case ExceptionClass::kSpAlignment: return "SP alignment";
    case ExceptionClass::kMemoryCopy: return "memory copy or set";
    case ExceptionClass::kFp32: return "floating-point exception, AArch32";
    case ExceptionClass::kFp64: return "floating-point exception, AArch64";
    case ExceptionClass::kGcs: return "guarded control stack";
    case ExceptionClass::kSError: return "SError";
    case ExceptionClass::kBreakpointLower: return "breakpoint, lower EL";
    case ExceptionClass::kBreakpointSame: return "breakpoint, same EL";
    case ExceptionClass::kStepLower: return "software step, lower EL";
    case ExceptionClass::kStepSame: return "software step, same EL";
    case ExceptionClass::kWatchpointLower: return "watchpoint, lower EL";
    case ExceptionClass::kWatchpointSame: return "watchpoint, same EL";
    case ExceptionClass::kBkpt32: return "BKPT, AArch32";
    case ExceptionClass::kVectorCatch32: return "vector catch, AArch32";
    case ExceptionClass::kBrk64: return "BRK, AArch64";
    case ExceptionClass::kProfiling: return "profiling";
  }
  return "reserved";
}

}  // namespace trivet::hal
