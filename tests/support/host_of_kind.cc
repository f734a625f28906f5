// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/support/host_of_kind.h"

#include "hal/cpu.h"
#include "hal/feature.h"

namespace trivet::tests {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

void BecomeHost(HcrEl2 hcr, percpu::HostKind kind) {
  const bool vhe = kind == percpu::HostKind::kVhe;
  // It masks nothing by priority; a simulated CPU starts with everything masked.
  if (Has<Feature::kGicV3, Cpu>()) Cpu::Write<IccPmrEl1>(IccPmrEl1::FromRaw(0xff));
  WriteHostHcr(hcr.e2h(vhe).tge(kind != percpu::HostKind::kNvhe));
  if (!vhe) return;
  Cpu::Write<CptrEl2E2h>(CptrEl2E2h().fpen(TrapLevels::kNone));
  Cpu::Write<CnthctlEl2E2h>(CnthctlEl2E2h().el0pcten(true).el0vcten(true));
  Cpu::Isb();
}

HostOfKind::HostOfKind(percpu::HostKind kind)
    : hcr_(Cpu::Read<HcrEl2>()),
      cptr_(Cpu::Read<CptrEl2>()),
      cnthctl_(Cpu::Read<CnthctlEl2>()),
      exists_(kind != percpu::HostKind::kVhe || Has<Feature::kVhe, Cpu>()) {
  if (exists_) BecomeHost(hcr_, kind);
}

HostOfKind::~HostOfKind() {
  WriteHostHcr(hcr_);
  Cpu::Write<CptrEl2>(cptr_);
  Cpu::Write<CnthctlEl2>(cnthctl_);
  Cpu::Isb();
}

}  // namespace trivet::tests
