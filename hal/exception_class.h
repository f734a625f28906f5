// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::hal {

/// ESR_ELx.EC: why an exception was taken. [arm-arm] ESR_EL2.EC.
enum class ExceptionClass : std::uint8_t {
  kUnknown = 0x00,
  kWfx = 0x01,       ///< WFI, WFE, WFIT, WFET.
  kCp15Mcr = 0x03,   ///< AArch32 MCR or MRC, coproc 0b1111.
  kCp15Mcrr = 0x04,  ///< AArch32 MCRR or MRRC, coproc 0b1111.
  kCp14Mcr = 0x05,   ///< AArch32 MCR or MRC, coproc 0b1110.
  kCp14Ldc = 0x06,   ///< AArch32 LDC or STC.
  kSimdFp = 0x07,    ///< SVE, Advanced SIMD or floating point, by CPACR, CPTR, HCR.TGE.
  kVmrs = 0x08,      ///< AArch32 VMRS of MVFR or FPSID.
  kPauth = 0x09,     ///< Pointer authentication instruction, by HCR_EL2.API or SCR_EL3.API.
  kOther = 0x0a,     ///< LD64B, ST64B and others: the ISS tells.
  kCp14Mrrc = 0x0c,  ///< AArch32 MRRC, coproc 0b1110.
  kBranchTarget = 0x0d,
  kIllegalState = 0x0e,
  kSvc32 = 0x11,
  kHvc32 = 0x12,
  kSmc32 = 0x13,
  kSystem128 = 0x14,  ///< MSRR, MRRS, 128-bit system instructions.
  kSvc64 = 0x15,
  kHvc64 = 0x16,
  kSmc64 = 0x17,
  kSystem = 0x18,  ///< MSR, MRS or a system instruction in AArch64.
  kSve = 0x19,     ///< SVE, by CPACR.ZEN or CPTR.ZEN or TZ.
  kEret = 0x1a,    ///< ERET, ERETAA, ERETAB under nested virtualization.
  kTstart = 0x1b,
  kPacFail = 0x1c,  ///< FEAT_FPAC.
  kSme = 0x1d,
  kGranuleProtection = 0x1e,  ///< FEAT_RME, to EL3.
  kInstructionAbortLower = 0x20,
  kInstructionAbortSame = 0x21,
  kPcAlignment = 0x22,
  kDataAbortLower = 0x24,
  kDataAbortSame = 0x25,
  kSpAlignment = 0x26,
  kMemoryCopy = 0x27,  ///< FEAT_MOPS.
  kFp32 = 0x28,        ///< Trapped floating-point exception in AArch32.
  kFp64 = 0x2c,
  kGcs = 0x2d,
  kSError = 0x2f,
  kBreakpointLower = 0x30,
  kBreakpointSame = 0x31,
  kStepLower = 0x32,
  kStepSame = 0x33,
  kWatchpointLower = 0x34,
  kWatchpointSame = 0x35,
  kBkpt32 = 0x38,
  kVectorCatch32 = 0x3a,
  kBrk64 = 0x3c,
  kProfiling = 0x3d,  ///< FEAT_EBEP, FEAT_SPE_EXC, FEAT_TRBE_EXC.
};

/// In few words; "reserved" for a value without meaning. Never null.
const char* ToString(ExceptionClass value);

}  // namespace trivet::hal
