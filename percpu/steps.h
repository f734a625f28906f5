// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/backend.h"
#include "hal/registers.h"
#include "percpu/transition.h"
#include "percpu/transition_state.h"

/// The steps of a transition. Do writes Trivet's values, Undo the host's. Barriers stand only where
/// a rule of tests/percpu/transition_rules.h needs one: for each, a test fails without it. Undo is
/// correct after any part of Do, including none.
namespace trivet::percpu {

/// TPIDR_EL2: the vectors find this CPU's handlers through it. Written before the vectors can be
/// used, restored after they no longer can.
struct PublishCpuPointer {
  static constexpr const char* kName = "publish the CPU pointer";
  template <class B>
  static void Do(B& backend, const TransitionState& state) {
    backend.template Write<hal::TpidrEl2>(state.ours.tpidr);
  }
  template <class B>
  static void Undo(B& backend, const TransitionState& state) {
    backend.template Write<hal::TpidrEl2>(state.host.tpidr);
  }
};

/// Selects a stage 2 that maps nothing, before VM can be seen. [arm-arm] VTTBR_EL2: UNKNOWN after a
/// warm reset. Do relies on the next step's barrier. Undo's barrier also covers the vectors, which
/// are restored before it: they must be the host's before TPIDR_EL2 is.
struct GuardStage2 {
  static constexpr const char* kName = "guard stage 2";
  template <class B>
  static void Do(B& backend, const TransitionState& state) {
    Switch(backend, state.guard);
  }
  template <class B>
  static void Undo(B& backend, const TransitionState& state) {
    Switch(backend, state.host_stage2);
    backend.Isb();
  }

 private:
  template <class B>
  static void Switch(B& backend, const Stage2Context& stage2) {
    backend.template Write<hal::VtcrEl2>(stage2.vtcr);
    backend.template Write<hal::VttbrEl2>(stage2.vttbr);
  }
};

/// VBAR_EL2. The ISB puts the vectors in effect before HCR_EL2 routes anything to them, and keeps a
/// walk from pairing the new VM with an old VTTBR_EL2.
struct InstallVectors {
  static constexpr const char* kName = "install the vectors";
  template <class B>
  static void Do(B& backend, const TransitionState& state) {
    backend.template Write<hal::VbarEl2>(state.ours.vbar);
    backend.Isb();
  }
  template <class B>
  static void Undo(B& backend, const TransitionState& state) {
    backend.template Write<hal::VbarEl2>(state.host.vbar);
  }
};

/// HCR_EL2, then what stage 2 left in the TLB under the other value: VM and RW may be cached there.
/// The ISB keeps new entries from being made under the old value; DSB completes the invalidation,
/// and an ISB makes this PE see it: Do's own, Undo's with the step before. [arm-arm] HCR_EL2.VM,
/// "TLB maintenance instructions".
struct SwitchHcr {
  static constexpr const char* kName = "switch HCR_EL2";
  template <class B>
  static void Do(B& backend, const TransitionState& state) {
    Switch(backend, state.ours.hcr, state.workarounds);
    backend.Isb();
  }
  template <class B>
  static void Undo(B& backend, const TransitionState& state) {
    Switch(backend, state.host.hcr, state.workarounds);
  }

 private:
  template <class B>
  static void Switch(B& backend, hal::HcrEl2 hcr, Workarounds workarounds) {
    WriteHcr(backend, hcr, workarounds);
    backend.Isb();
    backend.template Invalidate<hal::Tlbi::kAllE1>();
    backend.template Dsb<hal::Domain::kNonShareable>();
  }
};

/// Invalidates what an earlier user of stage 2 left in the TLB, where HCR_EL2 itself, and with it
/// stage 2, changes per run.
struct ForgetStage2 {
  static constexpr const char* kName = "forget stage 2";
  template <class B>
  static void Do(B& backend, const TransitionState&) {
    backend.template Invalidate<hal::Tlbi::kAllE1>();
    backend.template Dsb<hal::Domain::kNonShareable>();
    backend.Isb();
  }
  template <class B>
  static void Undo(B& backend, const TransitionState& state) {
    Do(backend, state);
  }
};

/// Vectors and virtualization are Trivet's from enable to disable.
using EnablePerEnable = Transition<PublishCpuPointer, GuardStage2, InstallVectors, SwitchHcr>;
/// The same where TPIDR_EL2 stays the host's: under a chain table, or with a slot finder.
using EnableWithHostTpidr = Transition<GuardStage2, InstallVectors, SwitchHcr>;
/// Vectors and virtualization are Trivet's only while a guest runs: SwitchForRun does the rest.
using EnablePerRun = Transition<ForgetStage2>;

/// When the vectors are Trivet's; selects the list of steps.
enum class VectorOwnership : std::uint8_t { kPerEnable, kHostTpidr, kPerRun };

/// From the host's registers to Trivet's.
template <class B>
[[gnu::always_inline]] inline void EnterTrivet(B& backend, VectorOwnership vector_ownership,
                                               const TransitionState& state) {
  switch (vector_ownership) {
    case VectorOwnership::kPerEnable: return EnablePerEnable::Do(backend, state);
    case VectorOwnership::kHostTpidr: return EnableWithHostTpidr::Do(backend, state);
    case VectorOwnership::kPerRun: return EnablePerRun::Do(backend, state);
  }
}
/// From Trivet's registers to the host's. Correct after any part of EnterTrivet().
template <class B>
void LeaveTrivet(B& backend, VectorOwnership vector_ownership, const TransitionState& state) {
  switch (vector_ownership) {
    case VectorOwnership::kPerEnable: return EnablePerEnable::Undo(backend, state);
    case VectorOwnership::kHostTpidr: return EnableWithHostTpidr::Undo(backend, state);
    case VectorOwnership::kPerRun: return EnablePerRun::Undo(backend, state);
  }
}

/// One run of a guest under a host that has its own vectors or TGE whenever it runs. Into ends
/// with an ISB although an exception return follows: that return is legal only if it sees TGE
/// clear, and it reads HCR_EL2 before it synchronizes anything. [arm-arm] "Illegal exception
/// returns". OutOf puts the host's registers in effect before it restores TPIDR_EL2. No TLB
/// maintenance: EL2's entries stay valid (E2H is unchanged), EL1&0 entries differ by VMID.
struct SwitchForRun {
  template <class B>
  static void Into(B& backend, const El2Context& guest, Workarounds workarounds) {
    backend.template Write<hal::TpidrEl2>(guest.tpidr);
    backend.template Write<hal::VbarEl2>(guest.vbar);
    WriteHcr(backend, guest.hcr, workarounds);
    backend.Isb();
  }
  template <class B>
  static void OutOf(B& backend, const El2Context& host, Workarounds workarounds) {
    backend.template Write<hal::VbarEl2>(host.vbar);
    WriteHcr(backend, host.hcr, workarounds);
    backend.Isb();
    backend.template Write<hal::TpidrEl2>(host.tpidr);
  }
};

}  // namespace trivet::percpu
