// SPDX-License-Identifier: Apache-2.0 OR MIT
// TLB maintenance for the stage 2 of any guest, loaded or not.

#include "hal/cpu.h"
#include "percpu/broadcast_tlbi.h"
#include "percpu/masked_interrupts.h"
#include "percpu/per_cpu_state.h"
#include "percpu/speculative_at.h"

namespace trivet::percpu {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// TLBI VMALLS12E1IS takes the VMID from VTTBR_EL2, 8 or 16 bits of it by VTCR_EL2.VS, whatever
/// HCR_EL2 has. [arm-arm] TLBI VMALLS12E1IS, VTCR_EL2.VS.
Status PerCpuState::InvalidateStage2(VtcrEl2 vtcr, VttbrEl2 vttbr) {
  const MaskedInterrupts masked;
  if (const Status s = CheckChangeableHere(); s != Status::kOk) {
    if (!NeedsSuperpriorityMask()) return s;
    return WithSuperpriorityMasked([=, this] { return InvalidateStage2(vtcr, vttbr); });
  }
  KnowCpu();
  Cpu cpu;
  const VtcrEl2 vtcr_now = Cpu::Read<VtcrEl2>();
  const VttbrEl2 vttbr_now = Cpu::Read<VttbrEl2>();
  const bool switches = vttbr_now.vmid() != vttbr.vmid() || vtcr_now.vs() != vtcr.vs();
  LoadBank walks;
  if (switches && StopsWalks()) [[unlikely]] {
    SaveWalks(cpu, traits_, walks);
    StopWalks(cpu, traits_);
  }
  if (switches) {
    Cpu::Write<VtcrEl2>(vtcr);
    Cpu::Write<VttbrEl2>(vttbr);
    Cpu::Isb();
  }
  InvalidateEverywhere<Tlbi::kVmallS12E1Is>();
  if (switches) {
    Cpu::Write<VtcrEl2>(vtcr_now);
    Cpu::Write<VttbrEl2>(vttbr_now);
  }
  Cpu::Isb();
  if (switches && StopsWalks()) [[unlikely]]
    StartWalks(cpu, traits_, walks);
  return Status::kOk;
}

}  // namespace trivet::percpu
