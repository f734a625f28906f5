// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

/// Values of multi-bit fields. Names and encodings are the manual's. ToString gives what a value
/// means in few words, "reserved" for a value without meaning, and is never null.
namespace trivet::hal {

/// HCR_EL2.BSU: the least shareability of barriers executed at EL1 and EL0.
enum class BarrierShareability : std::uint8_t { kNoEffect = 0, kInner = 1, kOuter = 2, kFull = 3 };

/// VTCR_EL2.TG0, TCR_ELx.TG0: the translation granule. TG1 encodes the same sizes in another way.
enum class Granule0 : std::uint8_t { k4Kb = 0, k64Kb = 1, k16Kb = 2 };
enum class Granule1 : std::uint8_t { k16Kb = 1, k4Kb = 2, k64Kb = 3 };

/// SH0, SH1, PAR_EL1.SH.
enum class Shareability : std::uint8_t { kNon = 0, kOuter = 2, kInner = 3 };

/// ORGN, IRGN: how translation table walks are cached. WB, WT: write-back, write-through; WA:
/// allocates on write as well as on read.
enum class Cacheability : std::uint8_t { kNonCacheable = 0, kWbWa = 1, kWt = 2, kWb = 3 };

/// VTCR_EL2.PS, TCR_ELx.PS or IPS, ID_AA64MMFR0_EL1.PARange: bits of a physical address.
enum class PhysicalSize : std::uint8_t {
  k32Bits = 0,
  k36Bits = 1,
  k40Bits = 2,
  k42Bits = 3,
  k44Bits = 4,
  k48Bits = 5,
  k52Bits = 6,
  k56Bits = 7,
};

/// VTCR_EL2.SL0 with SL2 = 0: the level a stage 2 walk starts at, which depends on the granule.
enum class StartLevel : std::uint8_t {
  k4KbLevel2 = 0,
  k4KbLevel1 = 1,
  k4KbLevel0 = 2,
  k4KbLevel3 = 3,  ///< FEAT_TTST.
  k16KbLevel3 = 0,
  k16KbLevel2 = 1,
  k16KbLevel1 = 2,
  k16KbLevel0 = 3,  ///< FEAT_LPA2.
  k64KbLevel3 = 0,
  k64KbLevel2 = 1,
  k64KbLevel1 = 2,
};

/// CPACR_EL1 and, with E2H, CPTR_EL2: FPEN, ZEN, SMEN. Which accesses are trapped.
enum class TrapLevels : std::uint8_t {
  kAll = 0,
  kEl0 = 1,   ///< Accesses at EL0 only; in CPTR_EL2 that means EL0 under TGE.
  kAll2 = 2,  ///< The same as kAll.
  kNone = 3,
};

/// SCTLR_ELx.TCF, TCF0: what a tag check fault does.
enum class TagCheckFault : std::uint8_t {
  kIgnored = 0,
  kSynchronous = 1,
  kAsynchronous = 2,
  kAsymmetric = 3,  ///< FEAT_MTE3: reads synchronous, writes asynchronous.
};

/// SPSR_ELx.M: the exception level and stack pointer, or the AArch32 mode (bit 4 set).
enum class ProcessorMode : std::uint8_t {
  kEl0t = 0x0,
  kEl1t = 0x4,
  kEl1h = 0x5,
  kEl2t = 0x8,
  kEl2h = 0x9,
  kEl3t = 0xc,
  kEl3h = 0xd,
  kUser = 0x10,
  kFiq = 0x11,
  kIrq = 0x12,
  kSupervisor = 0x13,
  kMonitor = 0x16,
  kAbort = 0x17,
  kHyp = 0x1a,
  kUndefined = 0x1b,
  kSystem = 0x1f,
};

/// ICH_LRn_EL2.State. [gic] ICH_LR<n>_EL2.
enum class ListRegisterState : std::uint8_t {
  kInvalid = 0,
  kPending = 1,
  kActive = 2,
  kPendingAndActive = 3,
};

const char* ToString(BarrierShareability value);
const char* ToString(Granule0 value);
const char* ToString(Granule1 value);
const char* ToString(Shareability value);
const char* ToString(Cacheability value);
const char* ToString(PhysicalSize value);
const char* ToString(StartLevel value);
const char* ToString(TrapLevels value);
const char* ToString(TagCheckFault value);
const char* ToString(ProcessorMode value);
const char* ToString(ListRegisterState value);

}  // namespace trivet::hal
