#pragma once

#include <cstdint>

#include "hal/backend.h"
#include "hal/registers.h"
#include "percpu/transition.h"
#include "percpu/transition_state.h"

/// The steps that transitions are made of. Each writes something of Trivet's and, undone, the
/// host's value again. Barriers stand where a rule of tests/percpu/transition_rules.h needs one and
/// nowhere else: every one of them has a test that fails without it. Undo is right after any part
/// of Do, also after none of it.
namespace trivet::percpu {

/// TPIDR_EL2 leads the vectors to this CPU's handlers: before the vectors can be used, and until
/// they no longer are.
struct ClaimSlot {
  static constexpr const char* kName = "claim the slot";
  template <class B>
  static void Do(B& backend, const TransitionState& transition) {
    backend.template Write<hal::TpidrEl2>(transition.ours.tpidr);
  }
  template <class B>
  static void Undo(B& backend, const TransitionState& transition) {
    backend.template Write<hal::TpidrEl2>(transition.host.tpidr);
  }
};

/// A stage 2 that maps nothing, before VM can be seen. [arm-arm] VTTBR_EL2: UNKNOWN after a warm
/// reset. Do leaves the barrier to the next step. Undo's is for the vectors too, which are undone
/// before it: they must be the host's when the slot goes.
struct GuardStage2 {
  static constexpr const char* kName = "guard stage 2";
  template <class B>
  static void Do(B& backend, const TransitionState& transition) {
    backend.template Write<hal::VtcrEl2>(transition.vtcr);
    backend.template Write<hal::VttbrEl2>(transition.vttbr);
  }
  template <class B>
  [[gnu::always_inline]] static void Undo(B& backend, const TransitionState& transition) {
    transition.host_controls.Restore(backend, transition.cpu);
    backend.Isb();
  }
};

/// VBAR_EL2. The ISB puts the vectors in effect before HCR_EL2 routes anything to them, and keeps a
/// walk from pairing the new VM with an old VTTBR_EL2.
struct InstallVectors {
  static constexpr const char* kName = "install the vectors";
  template <class B>
  static void Do(B& backend, const TransitionState& transition) {
    backend.template Write<hal::VbarEl2>(transition.ours.vbar);
    backend.Isb();
  }
  template <class B>
  static void Undo(B& backend, const TransitionState& transition) {
    backend.template Write<hal::VbarEl2>(transition.host.vbar);
  }
};

/// HCR_EL2, then what stage 2 left in the TLB under the other value: VM and RW may be cached there.
/// The ISB keeps new entries from being made under the old value; DSB completes the invalidation,
/// and an ISB makes this PE see it: Do's own, Undo's with the step before. [arm-arm] HCR_EL2.VM,
/// "TLB maintenance instructions".
struct SwitchHcr {
  static constexpr const char* kName = "switch HCR_EL2";
  template <class B>
  static void Do(B& backend, const TransitionState& transition) {
    Switch(backend, transition.ours.hcr);
    backend.Isb();
  }
  template <class B>
  static void Undo(B& backend, const TransitionState& transition) {
    Switch(backend, transition.host.hcr);
  }

 private:
  template <class B>
  static void Switch(B& backend, hal::HcrEl2 hcr) {
    backend.template Write<hal::HcrEl2>(hcr);
    backend.Isb();
    backend.template Invalidate<hal::Tlbi::kAllE1>();
    backend.template Dsb<hal::Domain::kNonShareable>();
  }
};

/// Forgets what another user of stage 2 left in the TLB, where HCR_EL2 itself changes per run. The
/// order with the writes of stage 2 is free: VM is clear throughout.
struct ForgetStage2 {
  static constexpr const char* kName = "forget stage 2";
  template <class B>
  static void Do(B& backend, const TransitionState& transition) {
    Undo(backend, transition);
    backend.Isb();
  }
  template <class B>
  static void Undo(B& backend, const TransitionState&) {
    backend.template Invalidate<hal::Tlbi::kAllE1>();
    backend.template Dsb<hal::Domain::kNonShareable>();
  }
};

/// Vectors and virtualization are Trivet's from enable to disable.
using EnablePerEnable = Transition<ClaimSlot, GuardStage2, InstallVectors, SwitchHcr>;
/// The same for a pass-through host, whose TPIDR_EL2 nothing of Trivet's looks at.
using EnablePassThrough = Transition<GuardStage2, InstallVectors, SwitchHcr>;
/// They are Trivet's only while a guest runs: SwitchForRun does the rest.
using EnablePerRun = Transition<GuardStage2, ForgetStage2>;

/// Which of the lists takes a CPU.
enum class VectorOwnership : std::uint8_t { kPerEnable, kPassThrough, kPerRun };

/// From the host's registers to Trivet's.
template <class B>
void EnterTrivet(B& backend, VectorOwnership vector_ownership, const TransitionState& transition) {
  switch (vector_ownership) {
    case VectorOwnership::kPerEnable: return EnablePerEnable::Do(backend, transition);
    case VectorOwnership::kPassThrough: return EnablePassThrough::Do(backend, transition);
    case VectorOwnership::kPerRun: return EnablePerRun::Do(backend, transition);
  }
}
/// The way back; right after any part of the way there.
template <class B>
void LeaveTrivet(B& backend, VectorOwnership vector_ownership, const TransitionState& transition) {
  switch (vector_ownership) {
    case VectorOwnership::kPerEnable: return EnablePerEnable::Undo(backend, transition);
    case VectorOwnership::kPassThrough: return EnablePassThrough::Undo(backend, transition);
    case VectorOwnership::kPerRun: return EnablePerRun::Undo(backend, transition);
  }
}

/// One run of a guest under a host whose vectors or TGE are its own whenever it runs. Into ends
/// with an ISB although an exception return follows: that return is legal only if it sees TGE
/// clear, and it reads HCR_EL2 before it synchronizes anything. [arm-arm] "Illegal exception
/// returns". OutOf has the host's registers in effect before TPIDR_EL2 goes. What EL2 has in its
/// TLB keeps its meaning (E2H stays) and EL1&0 entries are told apart by VMID.
struct SwitchForRun {
  template <class B>
  static void Into(B& backend, const El2Context& guest) {
    backend.template Write<hal::TpidrEl2>(guest.tpidr);
    backend.template Write<hal::VbarEl2>(guest.vbar);
    backend.template Write<hal::HcrEl2>(guest.hcr);
    backend.Isb();
  }
  template <class B>
  static void OutOf(B& backend, const El2Context& host) {
    backend.template Write<hal::HcrEl2>(host.hcr);
    backend.template Write<hal::VbarEl2>(host.vbar);
    backend.Isb();
    backend.template Write<hal::TpidrEl2>(host.tpidr);
  }
};

}  // namespace trivet::percpu
