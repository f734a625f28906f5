// What errata add to a switch of guests: percpu/errata.def.

#include "hal/cpu.h"
#include "percpu/per_cpu_state.h"
#include "percpu/speculative_at.h"
#include "percpu/steps.h"

namespace trivet::percpu {

using hal::Cpu;
using hal::HcrEl2;
using hal::SctlrEl1;
using hal::TcrEl1;

/// HCR_EL2 last: nothing may come between it and the ISB (WriteHcr).
void PerCpuState::SwitchControls(const GuestControls& controls, HcrEl2 hcr) {
  Cpu cpu;
  if (!traits_.e2h()) controls.Restore(cpu, traits_);
  if (!switches_runs_) WriteHcr(cpu, hcr, transition_.workarounds);
  cpu.Isb();
}

/// Work-around kSpeculativeAt: whether a switch of guests turns walks off meanwhile.
bool PerCpuState::StopsWalks() const {
  return transition_.workarounds.Has(Workaround::kSpeculativeAt);
}

/// The same, and between runs, where HCR_EL2 is the host's and stage 2 off: owner_->load has the
/// guest's TCR_EL1 and SCTLR_EL1 then.
bool PerCpuState::ParksWalks() const { return StopsWalks() && switches_runs_; }

/// Everything of `next` and in effect, but for walks.
void PerCpuState::SwitchWithoutWalks(const GuestRegisters& next, const GuestControls& controls,
                                     HcrEl2 hcr) {
  Cpu cpu;
  StopWalks(cpu, traits_);
  if (!traits_.e2h()) controls.traps.Restore(cpu, traits_);
  RestoreGuestState(next);  // A guest's own ICH_HCR_EL2 over the controls' value.
  if (!traits_.e2h()) controls.identity.Restore(cpu, traits_);
  if (!switches_runs_) WriteHcr(cpu, hcr, transition_.workarounds);
  cpu.Isb();
}

/// The registers of the present owner.
void PerCpuState::SaveLoadBank(LoadBank& bank) {
  Cpu cpu;
  if (owner_ == nullptr || !ParksWalks()) return bank.Save(cpu, traits_);
  const TcrEl1 tcr = bank.Get<TcrEl1>();
  const SctlrEl1 sctlr = bank.Get<SctlrEl1>();
  bank.Save(cpu, traits_);
  bank.Set<TcrEl1>(tcr);
  bank.Set<SctlrEl1>(sctlr);
}

void PerCpuState::RestoreLoadBank(const LoadBank& bank) {
  Cpu cpu;
  if (StopsWalks()) [[unlikely]]
    return WithoutWalks(bank).Restore(cpu, traits_);
  bank.Restore(cpu, traits_);
}

/// From a guest's vectors, HCR_EL2 and TPIDR_EL2 to the host's.
void PerCpuState::LeaveRun() {
  Cpu cpu;
  if (StopsWalks()) [[unlikely]] {
    SaveWalks(cpu, traits_, owner_->load);
    StopWalks(cpu, traits_);
  }
  SwitchForRun::OutOf(cpu, run_host_, transition_.workarounds);
}

}  // namespace trivet::percpu
