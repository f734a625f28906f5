// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest's virtual SError: HCR_EL2.VSE, which hardware clears when the guest takes it or an ESB
// defers it. [arm-arm] HCR_EL2.VSE, "Virtual SError exceptions".

#include "hal/cpu.h"
#include "percpu/masked_interrupts.h"
#include "percpu/per_cpu_state.h"

namespace trivet::percpu {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

namespace {

void SetVse(Guest& guest, bool on) {
  guest.hcr = guest.hcr.vse(on);
  guest.terms.controls = guest.terms.controls.vse(on);
}

void Detach(Guest& guest) {
  guest.interrupts = guest.serror.behind;
  guest.has_more = !guest.open.IsEmpty() || guest.interrupts != nullptr;
  guest.serror.guest = nullptr;
}

}  // namespace

/// What happens to a pending one with its guest, before the same of the interrupts behind it.
struct SErrorSwitch {
  /// HCR_EL2 is still the guest's, unless each run switches it.
  static void Unload(GuestInterrupts& self) {
    Guest& guest = *Of(self).guest;
    GuestInterrupts* const next = Of(self).behind;
    PerCpuState& cpu = *guest.loaded_on;
    if (!cpu.switches_runs_) cpu.FollowSError(guest);
    cpu.Set(PerCpuState::kFollowsSError, false);
    if (next != nullptr) next->unload(*next);
  }
  static void Load(GuestInterrupts& self, bool each_run) {
    Guest& guest = *Of(self).guest;
    GuestInterrupts* const next = Of(self).behind;
    guest.loaded_on->ShowSError(guest);
    if (next != nullptr) next->load(*next, each_run);
  }
  static void Resume(GuestInterrupts& self) {
    GuestInterrupts* const next = Of(self).behind;
    if (next != nullptr) next->resume(*next);
  }
  static void Suspend(GuestInterrupts& self) {
    GuestInterrupts* const next = Of(self).behind;
    if (next != nullptr) next->suspend(*next);
  }
  static void Abandon(GuestInterrupts& self, bool powered) {
    GuestInterrupts* const next = Of(self).behind;
    if (next != nullptr && next->abandon != nullptr) next->abandon(*next, powered);
  }
  static void Attach(Guest& guest) {
    VirtualSError& serror = guest.serror;
    if (serror.guest != nullptr) return;
    serror.unload = &Unload;
    serror.load = &Load;
    serror.resume = &Resume;
    serror.suspend = &Suspend;
    serror.abandon = &Abandon;
    serror.is_pending = [](PerCpuState& cpu, Guest& of) {
      cpu.FollowSError(of);
      return of.serror.guest != nullptr;
    };
    serror.behind = guest.interrupts;
    serror.guest = &guest;
    guest.interrupts = &serror;
    guest.has_more = true;
  }

 private:
  static VirtualSError& Of(GuestInterrupts& self) { return static_cast<VirtualSError&>(self); }
};

Status PerCpuState::PendSError(Guest& guest, const GuestRequest& request, VsesrEl2 syndrome) {
  const MaskedInterrupts masked;
  if (const Status s = CheckEnabledHere(); s != Status::kOk) return s;
  if (guest.lost) return Refuse(Status::kLostState);
  const bool loaded = guest.loaded_on != nullptr;
  if (loaded && owner_ != &guest) return Refuse(Status::kLoadedElsewhere);
  if (const HcrEl2 hcr = ConstrainGuest(request.traps, request.open).value(); !hcr.amo()) {
    return Fail({.status = Status::kUnsupportedFeature,
                 .register_id = RegisterId::kHcrEl2,
                 .expected = hcr.amo(true).raw(),
                 .got = hcr.raw()});
  }
  if (Has<Feature::kRas, Cpu>()) {
    if (loaded) Cpu::Write<VsesrEl2>(syndrome);
    guest.load.Set<VsesrEl2>(syndrome);
  }
  SErrorSwitch::Attach(guest);
  if (loaded) ShowSError(guest);
  return Status::kOk;
}

/// `guest` is being loaded here, or is. EL2 itself takes no virtual SError.
void PerCpuState::ShowSError(Guest& guest) {
  SetVse(guest, true);
  Set(kFollowsSError, true);
  if (switches_runs_) return;  // BeginRun() writes it.
  Cpu cpu;
  WriteHcr(cpu, Cpu::Read<HcrEl2>().vse(true), transition_.workarounds);
  Cpu::Isb();
}

/// Looks whether the guest took it: HCR_EL2 is the guest's.
void PerCpuState::FollowSError(Guest& guest) {
  if (Cpu::Read<HcrEl2>().vse()) return;
  SetVse(guest, false);
  Set(kFollowsSError, false);
  Detach(guest);
}

bool PerCpuState::HasPendingSError(Guest& guest) {
  if (guest.serror.guest == nullptr || owner_ != &guest || switches_runs_) {
    return guest.serror.guest != nullptr;
  }
  return guest.serror.is_pending(*this, guest);
}

}  // namespace trivet::percpu
