// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/control_checks.h"

#include <algorithm>
#include <cstdint>

#include "hal/cpu.h"
#include "hal/features.h"
#include "platforms/runtime/entry_checks.h"
#include "platforms/runtime/translation.h"
#include "platforms/runtime/written_code.h"

extern "C" {
std::uint64_t trivet_probe(std::uintptr_t address, unsigned kind);  // fault_probe.S
extern const char trivet_el2_table[], trivet_el2_and_0_table[];     // image_tables.cc
}

namespace trivet::platforms {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr unsigned kFetches = 2;
constexpr unsigned kAddressBits = 48;

TRIVET_WRITTEN_CODE alignas(64) std::uint32_t code[16];

std::uint64_t AddressOf(const char* symbol) { return reinterpret_cast<std::uintptr_t>(symbol); }

/// [arm-arm] TCR_EL2.PS is coded like PARange; 5 is 48 bits, as wide as the tables.
PhysicalSize SizeOfAddresses() {
  const auto range = static_cast<unsigned>(Cpu::Read<IdAa64Mmfr0El1>().parange());
  return static_cast<PhysicalSize>(std::min(range, 5u));
}

/// What both layouts of TCR_EL2 have.
template <class T>
bool WalksAreCachedAndShared(T tcr) {
  return tcr.t0sz() == 64 - kAddressBits && tcr.tg0() == Granule0::k4Kb &&
         tcr.sh0() == Shareability::kInner && tcr.orgn0() == Cacheability::kWbWa &&
         tcr.irgn0() == Cacheability::kWbWa;
}

template <class S>
void CheckSctlr(S sctlr) {
  Check(sctlr.m() && sctlr.c() && sctlr.i(), "SCTLR_EL2: MMU, data and instruction cache on");
  Check(sctlr.wxn(), "SCTLR_EL2.WXN: what is writable is not executable");
  Check(sctlr.sa() && !sctlr.a(), "SCTLR_EL2.SA, A: an unaligned stack pointer alone faults");
  Check(!sctlr.ee(), "SCTLR_EL2.EE: little-endian");
}

bool Has(Feature feature) { return hal::Has(feature, LiveIds<Cpu>{}); }

/// True after an access that is not trapped to EL3.
template <class R>
bool Accesses() {
  if (!Has(kInfo<R>.needs)) return true;
  const auto value = Cpu::Read<R>();
  Cpu::Write<R>(value);
  Cpu::Isb();
  return Cpu::Read<R>() == value;
}

/// An HVC of EL2 is taken to EL2. [arm-arm] SCR_EL3.HCE: otherwise it is UNDEFINED.
bool HvcIsTaken() {
  constexpr std::uint32_t kHvc = 0xd400'0002;
  auto* const words = const_cast<volatile std::uint32_t*>(code);
  const std::uintptr_t alias = ExecutableAlias(code);
  words[0] = kHvc;
  asm volatile("dc cvau, %0\n dsb ish\n ic ivau, %1\n dsb ish\n isb" ::"r"(words), "r"(alias)
               : "memory");
  const std::uint64_t esr = trivet_probe(alias, kFetches);
  return EsrEl2::FromRaw(esr).ec() == ExceptionClass::kHvc64;
}

/// [arm-arm] SCR_EL3.API: PACIA of an enabled key traps to EL3 while it is clear.
bool PointersAreSigned() {
  if (!Has(Feature::kPauth)) return true;
  const SctlrEl2 before = Cpu::Read<SctlrEl2>();
  Cpu::Write<SctlrEl2>(before.enia(true));
  Cpu::Isb();
  std::uint64_t pointer = 0x1000;
  asm volatile(".arch_extension pauth\n\t pacia %0, %1\n\t xpaci %0"
               : "+r"(pointer)
               : "r"(std::uint64_t{0}));
  Cpu::Write<SctlrEl2>(before);
  Cpu::Isb();
  return pointer == 0x1000;
}

}  // namespace

void CheckTranslationControls() {
  Check(Cpu::Read<MairEl2>() == MairEl2().attr1(0xff), "MAIR_EL2: 0 is device, 1 is normal memory");
  if (Cpu::Read<HcrEl2>().e2h()) {
    const auto tcr = Cpu::Read<TcrEl2E2h>();
    CheckSctlr(Cpu::Read<SctlrEl2E2h>());
    Check(WalksAreCachedAndShared(tcr) && !tcr.epd0(),
          "TCR_EL2: how TTBR0_EL2's tables are walked");
    Check(tcr.epd1() && tcr.tg1() == Granule1::k4Kb && tcr.t1sz() == 64 - kAddressBits,
          "TCR_EL2.EPD1: nothing is translated through TTBR1_EL2");
    Check(tcr.ips() == SizeOfAddresses(),
          "TCR_EL2.IPS: the CPU's physical addresses, 48 bits of them");
    Check(Cpu::Read<Ttbr0El2E2h>().raw() == AddressOf(trivet_el2_and_0_table),
          "TTBR0_EL2: EL2&0's");
    return;
  }
  const auto tcr = Cpu::Read<TcrEl2>();
  CheckSctlr(Cpu::Read<SctlrEl2>());
  Check(WalksAreCachedAndShared(tcr), "TCR_EL2: how TTBR0_EL2's tables are walked");
  Check(tcr.ps() == SizeOfAddresses(), "TCR_EL2.PS: the CPU's physical addresses, 48 bits of them");
  Check(Cpu::Read<Ttbr0El2>().raw() == AddressOf(trivet_el2_table), "TTBR0_EL2: EL2's own table");
}

void CheckMaskOverHcrWrite() {
  const HcrEl2 hcr = Cpu::Read<HcrEl2>();
  constexpr Daif kMasks[] = {Daif().d(true).a(true).i(true).f(true), Daif().i(true).f(true),
                             Daif().d(true).i(true).f(true)};
  bool kept = true;
  for (const Daif mask : kMasks) {
    Cpu::DaifRestore(mask);
    WriteHcrEl2(hcr.raw());
    kept = kept && Cpu::Read<Daif>() == mask;
  }
  Cpu::DaifRestore(kMasks[0]);
  Check(kept, "a write of HCR_EL2 keeps PSTATE.DAIF");
}

void CheckWhatEl3Leaves() {
  Check(HvcIsTaken(), "SCR_EL3.HCE: HVC is not UNDEFINED");
  Check(Accesses<HfgrtrEl2>() && Accesses<HdfgwtrEl2>(), "SCR_EL3.FGTEn: fine-grained traps");
  Check(Accesses<HcrxEl2>(), "SCR_EL3.HXEn: HCRX_EL2");
  Check(Accesses<ApiaKeyLoEl1>(), "SCR_EL3.APK: keys");
  Check(PointersAreSigned(), "SCR_EL3.API: pointer authentication");
  Check(Accesses<GcrEl1>() && Accesses<RgsrEl1>(), "SCR_EL3.ATA: tags");
  Check(Accesses<Tpidr2El0>(), "SCR_EL3.EnTP2: TPIDR2_EL0");
  Check(Accesses<Tcr2El2>(), "SCR_EL3.TCR2En: TCR2_EL2");
  Check(Accesses<Sctlr2El2>(), "SCR_EL3.SCTLR2En: SCTLR2_EL2");
  Check(Accesses<PirEl2>(), "SCR_EL3.PIEn: PIR_EL2");
  if (!Has(Feature::kGicV3)) return;
  Cpu::Write<IccSreEl2>(Cpu::Read<IccSreEl2>().sre(true).enable(true));
  Cpu::Isb();
  const auto sre = Cpu::Read<IccSreEl2>();
  Check(sre.sre() && sre.enable(), "ICC_SRE_EL3: the GIC's registers");
  Check(sre.dfb() && sre.dib(), "ICC_SRE_EL3.DFB, DIB: no bypass");
}

}  // namespace trivet::platforms
