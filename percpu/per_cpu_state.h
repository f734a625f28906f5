#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "hal/cpu.h"
#include "hal/cpu_id.h"
#include "hal/feature.h"
#include "hal/register_id.h"
#include "hal/registers.h"
#include "hal/status.h"
#include "percpu/hcr_policy.h"
#include "percpu/host_registers.h"
#include "percpu/plan.h"
#include "percpu/policy.h"
#include "percpu/steps.h"
#include "percpu/transition_state.h"
#include "vectors/chain_table.h"
#include "vectors/cpu_slot.h"

namespace trivet::percpu {

/// More about the last call that did not return kOk.
struct Error {
  Status status = Status::kOk;
  hal::Feature feature = hal::Feature::kBase;             ///< kUnsupportedFeature
  hal::RegisterId register_id = hal::RegisterId::kCount;  ///< kRestoreMismatch, kVectorsReplaced
  std::uint64_t expected = 0;
  std::uint64_t got = 0;
};

/// The host type's parameters of an enable.
struct EnableRequest {
  PolicyValues policy;
  std::uint64_t empty_stage2;  ///< Physical address of a stage 2 table that maps nothing.
  std::optional<std::uint64_t> host_vbar;  ///< The host's vectors, where VBAR_EL2 has others.
};

/// The vectors' data, the host's saved registers and the transitions of one CPU, for any host type.
/// Use it through PerCpu<Host>, which adds the rest of the page. All zeros is a valid, vacant
/// object.
class alignas(16) PerCpuState {
 public:
  constexpr PerCpuState() = default;
  PerCpuState(const PerCpuState&) = delete;
  PerCpuState& operator=(const PerCpuState&) = delete;

  CpuId cpu() const { return cpu_; }
  bool IsEnabled() const { return state_.load(std::memory_order_acquire) == State::kEnabled; }
  const Error& last_error() const { return error_; }
  const vectors::CrashRecord& crash() const { return slot_.crash; }
  /// Counts how often this CPU's hardware state was given up: by disable, power-down or hand-over.
  /// Values cached from an enabled CPU are stale when this has changed.
  std::uint32_t generation() const { return generation_.load(std::memory_order_acquire); }

  // The host's values at enable (the vector base: VectorBaseFor's, if the host has it). Valid while
  // enabled.
  hal::VbarEl2 host_vector_base() const { return transition_.host.vbar; }
  hal::HcrEl2 host_hcr() const { return transition_.host.hcr; }
  hal::TpidrEl2 host_tpidr() const { return transition_.host.tpidr; }
  const CpuTraits& traits() const { return transition_.cpu; }

  // For the run loop: on this CPU, while enabled, interrupts masked.

  /// kOk when the caller is on this CPU and it is enabled; touches nothing else.
  Status CheckEnabledHere() const;
  /// Makes `next` the owner of the guest registers: saves them for the present owner and loads the
  /// next one's. Null means the host.
  void SwitchGuestTo(GuestRegisters* next);
  const GuestRegisters* guest_owner() const { return owner_; }
  /// True when the caller is on this CPU, it is enabled, `guest` is loaded, and a run switches
  /// nothing: BeginRun() and EndRun() may be left out. Part of every exit but the first.
  bool IsResidentHere(const GuestRegisters& guest) const {
    const bool here = hal::Cpu::Read<hal::MpidrEl1>().raw() == mpidr_;
    return (resident_ == &guest) & here;  // One branch.
  }
  /// The same for a caller that knows where it is.
  bool IsResident(const GuestRegisters& guest) const { return resident_ == &guest; }
  /// The HCR_EL2 of a guest that requests these bits on this CPU: the policy's and the host's bits,
  /// and those of `requested` that the policy allows and the CPU has.
  ConstrainedHcr ConstrainGuest(hal::HcrEl2 requested) { return Constrain(TermsFor(requested)); }
  /// The same for the guest that is being loaded, in effect from its next entry. Out: the terms,
  /// from which Constrain() gives the reasons.
  void SetGuestTraps(hal::HcrEl2 requested, HcrTerms& terms);
  /// CPTR_EL2 and CNTHCTL_EL2 for the guest that is being loaded, in the layout of the host's E2H.
  void SetGuestSharedControls(const SharedControls& controls);
  /// Before and after the guest runs. Nothing to do where the vectors are Trivet's from enable to
  /// disable.
  void BeginRun();
  void EndRun();

 protected:
  Status CreateFor(CpuId cpu, const vectors::Handlers& handlers);
  Status CreateFor(CpuId cpu, const vectors::ChainPlace& chain);
  Status Enable(const EnableRequest& request);
  Status Disable() { return Leave(State::kReady); }
  Status CanEnable(const EnableRequest& request);
  Status CanDisable();
  Status PlanEnable(const EnableRequest& request, Plan& plan);
  Status PlanDisable(Plan& plan);
  Status Audit();
  // Power and hand-over events: life_events.cc.
  Status PrepareSuspend() { return Leave(State::kSuspended); }
  Status Resume(const EnableRequest& request);
  Status ResumeInPlace(const EnableRequest& request);
  Status HandOver();
  void PoweredDown();
  void Panic();

 private:
  enum class State : std::uint8_t {
    kVacant,
    kReady,
    kEntering,  ///< Registers may already be Trivet's; `transition_` has the host's values.
    kEnabled,
    kSuspended,  ///< Disabled; Resumed() or SuspendFailed() enables it again.
  };

  bool IsPassThrough() const { return chain_.words != nullptr; }
  /// True when TPIDR_EL2 is Trivet's from enable to disable.
  bool HoldsTpidr() const { return !per_run_ && !IsPassThrough(); }
  VectorOwnership vector_ownership() const;
  /// The value for VBAR_EL2 while the vectors are Trivet's.
  hal::VbarEl2 OurVectors() const;
  /// The value for TPIDR_EL2 while enabled, under a host that has `host` in it.
  hal::TpidrEl2 OurTpidr(hal::TpidrEl2 host) const;
  static bool AtEl2();
  Status Bind(CpuId cpu, Status host, const vectors::Handlers& handlers,
              const vectors::ChainPlace& chain);
  Status CheckEnable(State from, const EnableRequest& request);
  Status CheckPolicy(const PolicyValues& policy);
  Status CheckHostVectors(std::uint64_t base);
  Status CheckDisable();
  void PrepareTransition(const EnableRequest& request);
  void Enter(State from, const EnableRequest& request);
  Status Leave(State next);
  void RestoreHostNow();
  void AdoptHostChanges();
  Status VerifyEl2Context(Status mismatch);
  Status VerifyControls(Status mismatch);
  template <class R>
  Status Expect(typename R::Value expected, Status mismatch);
  Status Fail(Error error);
  void RestoreAfterRun();
  void SetOwner(GuestRegisters* owner);
  void GiveUp();
  HcrLayout LayoutOf(std::uint64_t bits);
  HcrTerms TermsFor(hal::HcrEl2 requested);
  void RestoreHostsGuestRegisters();

  vectors::CpuSlot slot_;      // First: TPIDR_EL2 points here, except under a pass-through host.
  vectors::ChainPlace chain_;  // Of a pass-through host.
  TransitionState transition_;
  GuestRegisters host_guest_registers_;
  SharedControls host_shared_controls_;
  SharedControls guest_shared_controls_;
  El2Context run_host_;  // The host's values when the current run began.
  PolicyValues policy_ = {};
  hal::HcrEl2 guest_traps_;       // HCR_EL2 bits granted to the loaded guest.
  std::uint64_t known_bits_ = 0;  // The bits of HCR_EL2 that `layout_` covers.
  HcrLayout layout_;
  GuestRegisters* owner_ = nullptr;
  const GuestRegisters* resident_ = nullptr;  // owner_, unless each run switches registers.
  std::uint64_t mpidr_ = 0;                   // Of cpu_, while enabled.
  CpuId cpu_;
  Error error_;
  bool per_run_ = false;        // Vectors and TPIDR_EL2 are Trivet's only during a run.
  bool switches_runs_ = false;  // HCR_EL2 differs between the host and a guest.
  bool in_run_ = false;         // Registers may be the guest's; run_host_ has the host's values.
  std::atomic<std::uint32_t> generation_ = 0;
  std::atomic<State> state_ = State::kVacant;
};

}  // namespace trivet::percpu
