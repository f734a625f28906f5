// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/support/host_view.h"

#include "hal/cpu.h"

namespace trivet::tests {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

HostView HostView::Now() {
  const bool e2h = Cpu::Read<HcrEl2>().e2h();
  return {.vbar = Cpu::Read<VbarEl2>().raw(),
          .hcr = Cpu::Read<HcrEl2>().raw(),
          .tpidr = Cpu::Read<TpidrEl2>().raw(),
          .vtcr = Cpu::Read<VtcrEl2>().raw(),
          .vttbr = Cpu::Read<VttbrEl2>().raw(),
          .cptr = e2h ? Cpu::Read<CptrEl2E2h>().raw() : Cpu::Read<CptrEl2>().raw(),
          .mdcr = Cpu::Read<MdcrEl2>().raw(),
          .cnthctl = e2h ? Cpu::Read<CnthctlEl2E2h>().raw() : Cpu::Read<CnthctlEl2>().raw(),
          .cntvoff = Cpu::Read<CntvoffEl2>().raw(),
          .vpidr = Cpu::Read<VpidrEl2>().raw(),
          .vmpidr = Cpu::Read<VmpidrEl2>().raw(),
          .vbar_el1 = e2h ? Cpu::Read<VbarEl12>().raw() : Cpu::Read<VbarEl1>().raw(),
          .sctlr_el1 = e2h ? Cpu::Read<SctlrEl12>().raw() : Cpu::Read<SctlrEl1>().raw(),
          .tpidr_el0 = Cpu::Read<TpidrEl0>().raw(),
          .sp_el0 = Cpu::Read<SpEl0>().raw(),
          .daif = Cpu::Read<Daif>().raw()};
}

}  // namespace trivet::tests
