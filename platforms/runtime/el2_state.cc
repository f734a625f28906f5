// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/el2_state.h"

#include "hal/cpu.h"
#include "platforms/runtime/translation.h"

namespace trivet::platforms {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// The entry code has cleared it; an image that parks its CPU may have left another value. E2H is
/// RES1 on a CPU without FEAT_E2H0, which keeps it set.
HcrEl2 ResetHcr() {
  if (Cpu::Read<HcrEl2>().e2h()) {
    WriteHcrEl2(0);
  } else {
    Cpu::Write<HcrEl2>(HcrEl2());
    Cpu::Isb();
  }
  return Cpu::Read<HcrEl2>();
}

/// FP, SVE and SME are not trapped, where they exist; EL1 may use the physical counter and timer.
void OpenTrapsAndCounters(bool e2h) {
  const bool sve = Cpu::Read<IdAa64Pfr0El1>().sve() != 0;
  const bool sme = Cpu::Read<IdAa64Pfr1El1>().sme() != 0;
  if (e2h) {
    constexpr TrapLevels kNone = TrapLevels::kNone;
    const CptrEl2E2h open = CptrEl2E2h().fpen(kNone);
    const CptrEl2E2h with_sve = sve ? open.zen(kNone) : open;
    Cpu::Write<CptrEl2E2h>(sme ? with_sve.smen(kNone) : with_sve);
    Cpu::Write<CnthctlEl2E2h>(CnthctlEl2E2h().el1pcten(true).el1pten(true));
  } else {
    Cpu::Write<CptrEl2>(CptrEl2::Inert().tz(!sve).tsm(!sme));
    Cpu::Write<CnthctlEl2>(CnthctlEl2().el1pcten(true).el1pcen(true));
  }
  Cpu::Write<CntvoffEl2>(CntvoffEl2());
  Cpu::Write<HstrEl2>(HstrEl2());
}

/// All event counters stay EL1's, and no access is trapped. [arm-arm] ID_AA64DFR0_EL1.PMUVer is 0
/// or 0xf on a CPU without the architecture's PMU.
void OpenMonitors() {
  const unsigned version = Cpu::Read<IdAa64Dfr0El1>().pmuver();
  const bool has_pmu = version != 0 && version != 0xf;
  Cpu::Write<MdcrEl2>(MdcrEl2().hpmn(has_pmu ? Cpu::Read<PmcrEl0>().n() : 0));
}

/// A guest reads the CPU's own identification.
void ShowRealCpu() {
  Cpu::Write<VpidrEl2>(VpidrEl2::FromRaw(Cpu::Read<MidrEl1>().raw()));
  Cpu::Write<VmpidrEl2>(VmpidrEl2::FromRaw(Cpu::Read<MpidrEl1>().raw()));
}

/// A timer that a loader started must not interrupt the image.
void StopTimers() {
  Cpu::Write<CnthpCtlEl2>(CnthpCtlEl2());
  Cpu::Write<CntpCtlEl0>(CntpCtlEl0());
  Cpu::Write<CntvCtlEl0>(CntvCtlEl0());
  if (Cpu::Read<IdAa64Mmfr1El1>().vh() != 0) Cpu::Write<CnthvCtlEl2>(CnthvCtlEl2());
}

}  // namespace

void NormalizeEl2State() {
  OpenTrapsAndCounters(ResetHcr().e2h());
  OpenMonitors();
  ShowRealCpu();
  StopTimers();
  Cpu::Isb();
}

}  // namespace trivet::platforms
