#pragma once

#include <cstdint>

#include "hal/backend.h"
#include "hal/registers.h"
#include "percpu/host_registers.h"

/// The steps that transitions are made of. Each writes something of Trivet's and, undone, the
/// host's value again; each ends with the barrier its writes need, and no more. Undo is right after
/// any part of Do, also after none of it.
namespace trivet::percpu {

/// The registers that say whose EL2 this is.
struct World {
  hal::VbarEl2 vbar;
  hal::HcrEl2 hcr;
  hal::TpidrEl2 tpidr;
};

/// What the host had, and what Trivet wants instead. Written before the first step, constant during
/// a transition.
struct Intent {
  World host;
  World ours;
  HostControls host_controls;
  hal::VtcrEl2 vtcr;
  hal::VttbrEl2 vttbr;
  CpuTraits cpu;
};

/// TPIDR_EL2 leads the vectors to this CPU's handlers: before the vectors can be used, and until
/// they no longer are.
struct ClaimSlot {
  static constexpr const char* kName = "claim the slot";
  template <class B>
  static void Do(B& backend, const Intent& intent) {
    backend.template Write<hal::TpidrEl2>(intent.ours.tpidr);
  }
  template <class B>
  static void Undo(B& backend, const Intent& intent) {
    backend.template Write<hal::TpidrEl2>(intent.host.tpidr);
  }
};

/// A stage 2 that maps nothing, before VM can be seen. The ISB keeps a walk from pairing the new VM
/// with an old VTTBR_EL2 or VTCR_EL2. [arm-arm] VTTBR_EL2: UNKNOWN after a warm reset.
struct GuardStage2 {
  static constexpr const char* kName = "guard stage 2";
  template <class B>
  static void Do(B& backend, const Intent& intent) {
    backend.template Write<hal::VtcrEl2>(intent.vtcr);
    backend.template Write<hal::VttbrEl2>(intent.vttbr);
    backend.Isb();
  }
  template <class B>
  static void Undo(B& backend, const Intent& intent) {
    intent.host_controls.Restore(backend, intent.cpu);
    backend.Isb();
  }
};

/// VBAR_EL2. An exception after the ISB uses the table; before it, either table, and both have
/// handlers.
struct InstallVectors {
  static constexpr const char* kName = "install the vectors";
  template <class B>
  static void Do(B& backend, const Intent& intent) {
    backend.template Write<hal::VbarEl2>(intent.ours.vbar);
    backend.Isb();
  }
  template <class B>
  static void Undo(B& backend, const Intent& intent) {
    backend.template Write<hal::VbarEl2>(intent.host.vbar);
    backend.Isb();
  }
};

/// HCR_EL2, then what stage 2 left in the TLB under the other value: VM and RW may be cached there.
/// The first ISB keeps new entries from being made under the old value; DSB completes the
/// invalidation, the last ISB makes this PE see it. [arm-arm] HCR_EL2.VM, "TLB maintenance
/// instructions".
struct SwitchHcr {
  static constexpr const char* kName = "switch HCR_EL2";
  template <class B>
  static void Do(B& backend, const Intent& intent) {
    Switch(backend, intent.ours.hcr);
  }
  template <class B>
  static void Undo(B& backend, const Intent& intent) {
    Switch(backend, intent.host.hcr);
  }

 private:
  template <class B>
  static void Switch(B& backend, hal::HcrEl2 hcr) {
    backend.template Write<hal::HcrEl2>(hcr);
    backend.Isb();
    backend.template Invalidate<hal::Tlbi::kAllE1>();
    backend.template Dsb<hal::Domain::kNonShareable>();
    backend.Isb();
  }
};

/// Forgets what an earlier user of stage 2 left in the TLB, where HCR_EL2 itself changes per run.
struct ForgetStage2 {
  static constexpr const char* kName = "forget stage 2";
  template <class B>
  static void Do(B& backend, const Intent&) {
    backend.template Invalidate<hal::Tlbi::kAllE1>();
    backend.template Dsb<hal::Domain::kNonShareable>();
    backend.Isb();
  }
  template <class B>
  static void Undo(B& backend, const Intent& intent) {
    Do(backend, intent);
  }
};

/// One run of a guest under a host whose vectors or TGE are its own whenever it runs. Into ends
/// with an ISB although an exception return follows: that return is legal only if it sees TGE
/// clear, and it reads HCR_EL2 before it synchronizes anything. [arm-arm] "Illegal exception
/// returns". OutOf has the host's registers in effect before TPIDR_EL2 goes. What EL2 has in its
/// TLB keeps its meaning (E2H stays) and EL1&0 entries are told apart by VMID.
struct SwitchForRun {
  template <class B>
  static void Into(B& backend, const World& guest) {
    backend.template Write<hal::TpidrEl2>(guest.tpidr);
    backend.template Write<hal::VbarEl2>(guest.vbar);
    backend.template Write<hal::HcrEl2>(guest.hcr);
    backend.Isb();
  }
  template <class B>
  static void OutOf(B& backend, const World& host) {
    backend.template Write<hal::HcrEl2>(host.hcr);
    backend.template Write<hal::VbarEl2>(host.vbar);
    backend.Isb();
    backend.template Write<hal::TpidrEl2>(host.tpidr);
  }
};

}  // namespace trivet::percpu
