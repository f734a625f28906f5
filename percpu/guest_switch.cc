// The run loop's half of PerCpuState: loads guest registers and switches EL2 registers for a run.

#include "hal/cpu.h"
#include "percpu/hcr_policy.h"
#include "percpu/per_cpu_state.h"
#include "percpu/steps.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

}  // namespace

Status PerCpuState::CheckEnabledHere() const {
  if (!IsEnabled()) return Status::kNotEnabled;
  return Cpu::CurrentCpu() == cpu_ ? Status::kOk : Status::kWrongCpu;
}

void PerCpuState::SetOwner(GuestRegisters* owner) {
  owner_ = owner;
  resident_ = switches_runs_ ? nullptr : owner;
}

/// Under a VHE host BeginRun and EndRun switch the shared registers: the host uses them whenever it
/// runs.
void PerCpuState::SwitchGuestTo(GuestRegisters* next) {
  if (next == owner_) return;
  Cpu cpu;
  resident_ = nullptr;
  GuestRegisters& from = owner_ ? *owner_ : host_guest_registers_;
  const GuestRegisters& to = next ? *next : host_guest_registers_;
  from.el1.Save(cpu, transition_.cpu);
  if (!transition_.cpu.e2h()) from.shared.Save(cpu, transition_.cpu);
  if (next != nullptr) owner_ = next;  // Before the first write: Panic() finds the host's values.
  to.el1.Restore(cpu, transition_.cpu);
  if (!transition_.cpu.e2h()) to.shared.Restore(cpu, transition_.cpu);
  SetOwner(next);
  if (next != nullptr || switches_runs_) return;
  Cpu::Write<HcrEl2>(transition_.ours.hcr);  // Without the guest's traps.
  Cpu::Isb();
}

/// The layout of `bits` of HCR_EL2 on this CPU. Read once, from a dozen ID registers, by the first
/// load of a guest that needs them.
HcrLayout PerCpuState::LayoutOf(std::uint64_t bits) {
  if ((bits & ~known_bits_) != 0) [[unlikely]] {
    known_bits_ |= bits;
    layout_ = HcrLayout::For(LiveFeatures<Cpu>{}, known_bits_);
  }
  return {.absent = layout_.absent & bits, .ones = layout_.ones & bits};
}

HcrTerms PerCpuState::TermsFor(HcrEl2 requested) {
  const HcrEl2 host = switches_runs_ ? Cpu::Read<HcrEl2>() : transition_.host.hcr;
  return {.requested = requested,
          .policy = policy_,
          .layout = LayoutOf(requested.raw() | policy_.hcr_set.raw() | host.raw()),
          .host = host};
}

void PerCpuState::SetGuestTraps(HcrEl2 requested, HcrTerms& terms) {
  terms = TermsFor(requested);
  guest_traps_ = terms.granted();
  if (!switches_runs_) Cpu::Write<HcrEl2>(terms.value());
}

void PerCpuState::SetGuestSharedControls(const SharedControls& controls) {
  guest_shared_controls_ = controls;
  Cpu cpu;
  if (!transition_.cpu.e2h()) controls.Restore(cpu, transition_.cpu);
}

void PerCpuState::BeginRun() {
  if (!switches_runs_) return;
  Cpu cpu;
  run_host_ = El2Context::Live<Cpu>();
  if (transition_.cpu.e2h()) {
    host_guest_registers_.shared.Save(cpu, transition_.cpu);
    host_shared_controls_.Save(cpu, transition_.cpu);
  }
  in_run_ = true;
  if (transition_.cpu.e2h()) {
    owner_->shared.Restore(cpu, transition_.cpu);
    guest_shared_controls_.Restore(cpu, transition_.cpu);
  }
  SwitchForRun::Into(cpu, {.vbar = transition_.ours.vbar,
                           .hcr = Compose(run_host_.hcr, policy_, guest_traps_),
                           .tpidr = OurTpidr(run_host_.tpidr)});
}

void PerCpuState::EndRun() {
  if (!switches_runs_) return;
  Cpu cpu;
  SwitchForRun::OutOf(cpu, run_host_);
  if (transition_.cpu.e2h()) owner_->shared.Save(cpu, transition_.cpu);
  RestoreAfterRun();
}

void PerCpuState::RestoreAfterRun() {
  Cpu cpu;
  if (transition_.cpu.e2h()) {
    host_shared_controls_.Restore(cpu, transition_.cpu);
    host_guest_registers_.shared.Restore(cpu, transition_.cpu);
    cpu.Isb();
  }
  in_run_ = false;
}

/// Replaces a loaded guest's registers by the host's, without saving the guest's.
void PerCpuState::RestoreHostsGuestRegisters() {
  if (owner_ == nullptr) return;
  Cpu cpu;
  host_guest_registers_.el1.Restore(cpu, transition_.cpu);
  if (!transition_.cpu.e2h()) host_guest_registers_.shared.Restore(cpu, transition_.cpu);
  cpu.Isb();
  SetOwner(nullptr);
}

}  // namespace trivet::percpu
