#include "platforms/runtime/el2_state.h"

#include <cstdint>

#include "platforms/runtime/translation.h"

namespace trivet::platforms {
namespace {

// [arm-arm] HCR_EL2.E2H. RES1 without FEAT_E2H0: it then stays 1 whatever is written.
constexpr std::uint64_t kHcrEl2E2h = std::uint64_t{1} << 34;

// [arm-arm] CPTR_EL2, E2H 0: the RES1 bits, of which TZ and TSM trap SVE and SME where they exist.
constexpr std::uint64_t kCptrEl2Res1 = 0x33ff;
constexpr std::uint64_t kCptrEl2Tz = 1 << 8;
constexpr std::uint64_t kCptrEl2Tsm = 1 << 12;
// [arm-arm] CPTR_EL2, E2H 1: FPEN, and where they exist ZEN and SMEN, trap unless they are 3.
constexpr std::uint64_t kCptrEl2Fpen = 3 << 20;
constexpr std::uint64_t kCptrEl2Zen = 3 << 16;
constexpr std::uint64_t kCptrEl2Smen = 3 << 24;

// [arm-arm] CNTHCTL_EL2: EL1PCTEN and EL1PCEN open the physical counter and timer to EL1; with E2H
// 1 they are bits 10 and 11.
constexpr std::uint64_t kCnthctlEl2 = 3;
constexpr std::uint64_t kCnthctlEl2WithE2h = 3 << 10;

std::uint64_t ReadHcr() {
  std::uint64_t hcr;
  asm volatile("mrs %0, HCR_EL2" : "=r"(hcr)::"memory");
  return hcr;
}

/// The entry code did so; an image that parks its CPU may have left another value.
std::uint64_t ResetHcr() {
  if ((ReadHcr() & kHcrEl2E2h) != 0) {
    WriteHcrEl2(0);
  } else {
    asm volatile("msr HCR_EL2, xzr\n isb" ::: "memory");
  }
  return ReadHcr();
}

/// [arm-arm] ID_AA64PFR0_EL1.SVE, ID_AA64PFR1_EL1.SME.
std::uint64_t CptrWithoutTraps(bool e2h) {
  std::uint64_t features0;
  std::uint64_t features1;
  asm volatile("mrs %0, ID_AA64PFR0_EL1\n mrs %1, ID_AA64PFR1_EL1"
               : "=r"(features0), "=r"(features1));
  const bool sve = (features0 >> 32 & 0xf) != 0;
  const bool sme = (features1 >> 24 & 0xf) != 0;
  if (e2h) return kCptrEl2Fpen | (sve ? kCptrEl2Zen : 0) | (sme ? kCptrEl2Smen : 0);
  return kCptrEl2Res1 & ~(sve ? kCptrEl2Tz : 0) & ~(sme ? kCptrEl2Tsm : 0);
}

void OpenTrapsAndCounters(bool e2h) {
  const std::uint64_t cptr = CptrWithoutTraps(e2h);
  const std::uint64_t cnthctl = e2h ? kCnthctlEl2WithE2h : kCnthctlEl2;
  asm volatile(
      "msr CPTR_EL2, %0\n"
      "msr CNTHCTL_EL2, %1\n"
      "msr CNTVOFF_EL2, xzr\n"
      "msr HSTR_EL2, xzr\n" ::"r"(cptr),
      "r"(cnthctl));
}

/// All event counters stay EL1's, nothing is trapped. [arm-arm] MDCR_EL2.HPMN, PMCR_EL0.N;
/// ID_AA64DFR0_EL1.PMUVer is 0 or 0xf without the architecture's PMU.
void OpenMonitors() {
  std::uint64_t features;
  asm volatile("mrs %0, ID_AA64DFR0_EL1" : "=r"(features));
  const std::uint64_t version = (features >> 8) & 0xf;
  std::uint64_t pmcr = 0;
  if (version != 0 && version != 0xf) asm volatile("mrs %0, PMCR_EL0" : "=r"(pmcr));
  asm volatile("msr MDCR_EL2, %0" ::"r"((pmcr >> 11) & 0x1f));
}

/// A guest sees the CPU as it is.
void ShowRealCpu() {
  std::uint64_t midr;
  std::uint64_t mpidr;
  asm volatile("mrs %0, MIDR_EL1\n mrs %1, MPIDR_EL1" : "=r"(midr), "=r"(mpidr));
  asm volatile("msr VPIDR_EL2, %0\n msr VMPIDR_EL2, %1" ::"r"(midr), "r"(mpidr));
}

/// A loader's timer must not fire into us. [arm-arm] CNTHV_CTL_EL2 exists with FEAT_VHE:
/// ID_AA64MMFR1_EL1.VH.
void StopTimers() {
  asm volatile("msr CNTHP_CTL_EL2, xzr\n msr CNTP_CTL_EL0, xzr\n msr CNTV_CTL_EL0, xzr");
  std::uint64_t features;
  asm volatile("mrs %0, ID_AA64MMFR1_EL1" : "=r"(features));
  if (((features >> 8) & 0xf) != 0) asm volatile("msr S3_4_C14_C3_1, xzr");
}

}  // namespace

void NormalizeEl2State() {
  OpenTrapsAndCounters((ResetHcr() & kHcrEl2E2h) != 0);
  OpenMonitors();
  ShowRealCpu();
  StopTimers();
  asm volatile("isb" ::: "memory");
}

}  // namespace trivet::platforms
