#include "bench/machine.h"
#include "hal/cpu.h"
#include "hal/feature.h"
#include "platforms/runtime/translation.h"

namespace trivet::bench {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

HostOf::HostOf(percpu::HostKind kind)
    : hcr_(Cpu::Read<HcrEl2>()), cptr_(Cpu::Read<CptrEl2>()), cnthctl_(Cpu::Read<CnthctlEl2>()) {
  const bool vhe = kind == percpu::HostKind::kVhe;
  exists_ = !vhe || Has<Feature::kVhe, Cpu>();
  if (!exists_) return;
  platforms::WriteHcrEl2(hcr_.e2h(vhe).tge(kind != percpu::HostKind::kNvhe).raw());
  if (!vhe) return;
  Cpu::Write<CptrEl2E2h>(CptrEl2E2h().fpen(TrapLevels::kNone));
  Cpu::Write<CnthctlEl2E2h>(CnthctlEl2E2h().el0pcten(true).el0vcten(true));
  Cpu::Isb();
}

HostOf::~HostOf() {
  platforms::WriteHcrEl2(hcr_.raw());
  Cpu::Write<CptrEl2>(cptr_);
  Cpu::Write<CnthctlEl2>(cnthctl_);
  Cpu::Isb();
}

}  // namespace trivet::bench
