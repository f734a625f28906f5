// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "hal/cpu.h"
#include "hal/cpu_id.h"
#include "hal/feature.h"
#include "hal/register_id.h"
#include "hal/registers.h"
#include "hal/status.h"
#include "percpu/enable_request.h"
#include "percpu/errata.h"
#include "percpu/guest.h"
#include "percpu/hcr_policy.h"
#include "percpu/masked_interrupts.h"
#include "percpu/parts.h"
#include "percpu/plan.h"
#include "percpu/policy.h"
#include "percpu/sme_state.h"
#include "percpu/steps.h"
#include "percpu/transition_state.h"
#include "vectors/chain_table.h"
#include "vectors/cpu_slot.h"
#include "vectors/slot_finder.h"

namespace trivet::percpu {

/// The vectors' data, the host's saved registers and the transitions of one CPU, for any host type.
/// Use it through PerCpu<Host>, which adds the rest of the page. All zeros is a valid, vacant
/// object.
class alignas(16) PerCpuState {
 public:
  constexpr PerCpuState() = default;
  PerCpuState(const PerCpuState&) = delete;
  PerCpuState& operator=(const PerCpuState&) = delete;

  CpuId cpu() const { return cpu_; }
  bool IsEnabled() const { return state_.load(std::memory_order_acquire) >= State::kEnabled; }
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
  HostKind host_kind() const { return traits_.kind(); }
  /// kNotEnabled of a call may have this reason: it needs WithSuperpriorityMasked().
  bool NeedsSuperpriorityMask() const {
    return state_.load(std::memory_order_relaxed) == State::kEnabledOpen &&
           hal::Cpu::CurrentCpu() == cpu_;
  }
  /// `act()`, interrupts with Superpriority masked, if the host takes any. On this CPU, D, A, I and
  /// F masked.
  template <class Act>
  [[gnu::cold]] auto WithSuperpriorityMasked(Act act) {
    const SuperpriorityMasked masked(*this);
    return act();
  }
  /// What this CPU's errata need (percpu/errata.h). After the first enable.
  Workarounds workarounds() const { return transition_.workarounds; }

  // For the run loop: on this CPU, while enabled, interrupts masked.
  /// kOk when the caller is on this CPU and it is enabled; touches nothing else.
  Status CheckEnabledHere() const {
    if (!IsEnabled()) return Status::kNotEnabled;
    return hal::Cpu::CurrentCpu() == cpu_ ? Status::kOk : Status::kWrongCpu;
  }
  /// The same before registers are changed: kNotEnabled also while NeedsSuperpriorityMask().
  Status CheckChangeableHere() const {
    if (state_.load(std::memory_order_acquire) != State::kEnabled) [[unlikely]]
      return RefuseHere();
    return hal::Cpu::CurrentCpu() == cpu_ ? Status::kOk : Status::kWrongCpu;
  }
  /// Puts `guest`'s registers and EL2 controls in place of the present owner's, which are saved.
  /// Errors, nothing changed: kInvalidArgument (kSve or kSme without kFp or memory, kSme without
  /// kSve on a CPU that has it, memory that is too small for the vectors of the host or the
  /// shortest streaming vectors: Error has SMCR_EL2 and the bytes), kUnsupportedHost (kSme under a
  /// host without SmeAreaFor that has PSTATE.SM or ZA set: Error has SVCR), kUnsupportedFeature
  /// (the CPU lacks a capability's feature, or it, the policy or the host forbids a bit of HCR_EL2
  /// that `request` sets: Error has them), kHandlerMissing (Parts lack what a capability needs:
  /// Error has its feature), kLoadedElsewhere, kLostState.
  Status LoadGuest(Guest& guest, const GuestRequest& request) {
    return owner_ == &guest ? Status::kOk : ReplaceOwner(guest, request);
  }
  /// Puts the host's registers and EL2 controls back, if a guest's are loaded.
  void UnloadGuest();
  const Guest* guest_owner() const { return owner_; }

  /// Takes what any CPU of the inner shareable domain holds of the guest with this VTCR_EL2 and
  /// VTTBR_EL2, stages 1 and 2, out of its TLB: after a descriptor of its stage 2 changed, which a
  /// DSB has completed. On this CPU, enabled; any mask state (kept). Errors: kNotEnabled,
  /// kWrongCpu.
  Status InvalidateStage2(hal::VtcrEl2 vtcr, hal::VttbrEl2 vttbr);

  /// True when the caller is on this CPU, it is enabled, `guest` is loaded, and a run switches
  /// nothing: BeginRun() and EndRun() may be left out. Part of every exit but the first.
  /// False while the host masks interrupts by priority: then the run has to open its mask.
  bool IsResidentHere(const Guest& guest) const {
    std::uint64_t place = place_;
    asm volatile("" : "+r"(place));            // Loaded with gic_resident_, by one instruction.
    if (gic_resident_ != &guest) [[unlikely]]  // No ICC_PMR_EL1 to look at.
      return plain_resident_ == &guest && hal::Cpu::Read<hal::MpidrEl1>().raw() == place;
    return PlaceNow() == place;
  }
  /// The same for a caller that knows where it is, and masks nothing by priority.
  bool IsResident(const Guest& guest) const { return resident_ == &guest; }

  /// True when the loaded guest can be entered without BeginRun() and EndRun().
  bool RunsAsItIs();

  /// The HCR_EL2 of a guest that requests these bits on this CPU, and why it is so: the policy's
  /// and the host's bits, those of the guest's capabilities, and those of `traps` that the policy
  /// allows and the CPU has.
  ConstrainedHcr ConstrainGuest(hal::HcrEl2 traps, hal::Capabilities open = {}) {
    return Constrain(TermsFor(traps, open));
  }
  /// Makes an SError pending in `guest`, of `request`, which takes it as soon as its PSTATE.A
  /// allows, on any CPU: ESR_EL1 gets `syndrome`, or what the CPU has for it without FEAT_RAS. One
  /// that is pending already is replaced. On this CPU, between runs. Errors, nothing changed:
  /// kNotEnabled, kWrongCpu, kLostState, kLoadedElsewhere, kUnsupportedFeature (the guest's
  /// HCR_EL2.AMO is clear: it would never take it).
  Status PendSError(Guest& guest, const GuestRequest& request, hal::VsesrEl2 syndrome);
  /// Whether one is pending still. On the CPU that has `guest` loaded, or while none has.
  bool HasPendingSError(Guest& guest);

  /// Gives the loaded guest the FP and SIMD registers: after its access of one trapped. False: it
  /// has them, or lacks the capability.
  bool GiveVectors();

  /// Before and after the guest runs. Nothing to do where the vectors are Trivet's from enable to
  /// disable.
  void BeginRun();
  void EndRun();

 protected:
  Status CreateFor(CpuId cpu, const vectors::Handlers& handlers);
  Status CreateFor(CpuId cpu, const vectors::Handlers& handlers, const vectors::VectorTable& table,
                   const TpidrPart* part);
  Status CreateFor(CpuId cpu, const vectors::ChainPlace& chain);
  /// What guests may have: `parts` of static storage.
  void UseParts(const Parts& parts) { parts_ = &parts; }
  /// Of a host that uses SVE: where its registers are kept while a guest has vector registers.
  void SetHostSve(const vectors::SveArea& area) { host_sve_ = area; }
  /// The same of a host that uses SME.
  void SetHostSme(const vectors::SmeArea& area) { host_sme_.area = area; }
  Status Enable(const EnableRequest& request) { return Enable(State::kReady, request); }
  Status Disable() { return Leave(State::kReady); }
  Status CanEnable(const EnableRequest& request) { return CanEnable(State::kReady, request); }
  Status CanDisable();
  Status PlanEnable(const EnableRequest& request, Plan& plan);
  Status PlanDisable(Plan& plan);
  Status Audit();
  Status PrepareSuspend() { return Leave(State::kSuspended); }
  Status LeaveOnCpu() { return Leave(State::kReady, &PerCpuState::KeepVectors); }
  /// Over the host's present registers: the values from before the suspend are not used.
  Status Resume(const EnableRequest& request) { return Enable(State::kSuspended, request); }
  Status ResumeInPlace(const EnableRequest& request);
  Status HandOver();
  void PoweredDown();
  void Panic();

 private:
  enum class State : std::uint8_t {
    kVacant,
    kReady,
    kEntering,   ///< Registers may already be Trivet's; `transition_` has the host's values.
    kSuspended,  ///< Disabled; Resumed() or SuspendFailed() enables it again.
    kEnabled,
    /// Enabled, under a host that takes interrupts with Superpriority, which are not masked: what
    /// changes registers masks them first.
    kEnabledOpen,
  };

  class SuperpriorityMasked {
   public:
    explicit SuperpriorityMasked(PerCpuState& cpu) : cpu_(cpu) { cpu_.MaskSuperpriority(); }
    ~SuperpriorityMasked() noexcept(false) { cpu_.RestoreSuperpriority(); }
    SuperpriorityMasked(const SuperpriorityMasked&) = delete;
    SuperpriorityMasked& operator=(const SuperpriorityMasked&) = delete;

   private:
    PerCpuState& cpu_;
  };
  void MaskSuperpriority();
  void RestoreSuperpriority();
  template <class Act>
  Status OrMasked(Status status, Act act);
  Status OrMaskedBy(Status status, void* act, Status (*call)(void*));

  friend struct TpidrKeepers;  // kept_tpidr.cc
  /// Of a pass-through host.
  vectors::ChainPlace chain() const {
    return {.words = chain_words_, .executable = vectors_.raw()};
  }
  /// True when TPIDR_EL2 is Trivet's from enable to disable.
  bool HoldsTpidr() const { return !per_run_ && !keeps_tpidr_; }
  VectorOwnership vector_ownership() const;
  /// The value for TPIDR_EL2 while enabled, under a host that has `host` in it.
  hal::TpidrEl2 OurTpidr(hal::TpidrEl2 host) const;
  static bool AtEl2();
  Status Bind(CpuId cpu, Status host, const vectors::Handlers& handlers, std::uint64_t table,
              const TpidrPart* keeper);
  Status RefuseState(State state);
  Status RefuseLeave(State state);
  Status RefuseHere() const;
  Status EnableMasked(State from, const EnableRequest& request);
  Status CheckEnable(State from, const EnableRequest& request, El2Context& host);
  Status CheckHostState(bool e2h);
  Status FindBits(hal::HcrEl2 conditional);
  Status CheckPolicy(const PolicyValues& policy);
  Status CheckHostVectors(hal::VbarEl2 base);
  Status CheckKeeper(hal::VbarEl2 base);
  void MakeForwarding(hal::VbarEl2 base);
  Status CheckFinder();
  Status CheckDisable();
  Status CanEnable(State from, const EnableRequest& request);
  Status IdentifyCpu();
  TransitionState PrepareTransition(const El2Context& host, const EnableRequest& request);
  Status Enable(State from, const EnableRequest& request);
  /// What is done first where the registers of a loaded guest stay when the CPU is left; null: the
  /// host's replace them.
  using Keep = void (*)(PerCpuState& cpu);
  Status Leave(State next, Keep keep = nullptr);
  static void KeepVectors(PerCpuState& cpu);
  void RestoreHostNow();
  void AdoptHostChanges();
  Status VerifyEl2Context(Status mismatch);
  Status VerifyStage2(const Stage2Context& expected, Status mismatch);
  Status AuditGuestControls();
  Status ExpectAll(std::span<const std::uint64_t> expected, std::span<const std::uint64_t> live,
                   const hal::RegisterId* ids);
  Status AuditHcr();
  template <class R>
  Status Expect(typename R::Value expected, Status mismatch);
  Status Fail(Error error);
  Status Refuse(Status status);
  // The run loop's half: guest_switch.cc, guest_run.cc.
  /// The CPU that calls and its priority mask, in one number. [arm-arm] MPIDR_EL1: bits 63:40 are
  /// RES0. Where there is a GICv3 interface.
  static std::uint64_t PlaceNow() {
    return hal::Cpu::Read<hal::MpidrEl1>().raw() | hal::Cpu::Read<hal::IccPmrEl1>().raw() << 56;
  }
  /// [gic] ICC_PMR_EL1: interrupts of this priority and below are masked. Idle values differ by the
  /// number of priority bits: 0xf0 to 0xff.
  static constexpr bool MasksByPriority(hal::IccPmrEl1 pmr) { return pmr.raw() < 0xf0; }
  enum EndsRun : std::uint8_t {
    kClosesMask = 1,     ///< `run_pmr_` is to be put back.
    kFollowsSError = 2,  ///< HCR_EL2 is to be looked at: owner_ has a pending SError.
  };
  void Set(EndsRun what, bool on) {
    ends_run_ = static_cast<std::uint8_t>(on ? ends_run_ | what : ends_run_ & ~what);
  }
  friend struct SErrorSwitch;  // virtual_serror.cc
  void ShowSError(Guest& guest);
  void FollowSError(Guest& guest);
  void OpenPriorityMask();
  void ClosePriorityMask();
  void KnowCpu();
  void BindGuest(Guest& guest);
  void UnbindGuest();
  void ForgetResident() { resident_ = gic_resident_ = plain_resident_ = nullptr; }
  Status CheckCapabilities(hal::Capabilities open);
  Status CheckTraps(const HcrTerms& terms);
  Status PrepareGuest(Guest& guest, const GuestRequest& request);
  Status ReplaceOwner(Guest& guest, const GuestRequest& request);
  // switching.h; with kE2h by parts_->vhe alone.
  friend struct VheSwitch;
  template <bool kE2h>
  CpuTraits TraitsAs() const;
  template <bool kE2h>
  void SwitchTo(Guest* owner, Guest& next, bool has_more, bool same_traps);
  template <bool kE2h>
  void SaveBaseAs(OwnedRegisters& owner) const;
  template <bool kE2h>
  void RestoreBaseAs(const OwnedRegisters& next) const;
  template <bool kE2h>
  void SaveControlsAs(GuestControls& to) const;
  template <bool kE2h>
  void BeginRunAs();
  template <bool kE2h>
  void EndRunAs();
  template <bool kE2h>
  void RestoreAfterRunAs();
  void SaveControls(GuestControls& to) const;
  void RestoreControls(const GuestControls& controls) const;
  void RestoreTraps(const TrapBank& traps) const;
  void HoldWalks() const;
  void LetWalk(const LoadBank& next) const;
  void SaveBase(OwnedRegisters& owner);
  void SaveOwner();
  template <class F>
  void ForParts(hal::Capabilities open, F f) const;
  void SaveMore(OwnedRegisters& to, SwitchTime when, hal::Capabilities open);
  void RestoreMore(const OwnedRegisters& from, SwitchTime when, hal::Capabilities open);
  void SaveOpened(Guest& guest);
  void RestoreOpened(const OwnedRegisters& next, GuestInterrupts* interrupts);
  void SaveHostCapabilities(hal::Capabilities open);
  void RestoreGuestState(const OwnedRegisters& next);
  void ReleaseGuest(Keep keep);
  void SwitchControls(const GuestControls& controls, hal::HcrEl2 hcr);
  void GiveVectorsAtLoad();
  /// Work-around kSpeculativeAt: whether a switch of guests turns walks off meanwhile.
  bool StopsWalks() const { return transition_.workarounds.Has(Workaround::kSpeculativeAt); }
  /// The same, and between runs, where HCR_EL2 is the host's and stage 2 off: owner_->load has the
  /// guest's TCR_EL1 and SCTLR_EL1 then.
  bool ParksWalks() const { return switches_runs_ && StopsWalks(); }
  void LeaveRun();
  void RestoreAfterRun();
  // FP, SIMD, SVE and SME: vector_switch.cc, by parts_->vectors alone.
  friend struct OwnVectors;
  /// An nVHE host's own use of the registers must not trap.
  bool SwitchesCptrPerRun() const { return host_uses_fp_ && !traits_.e2h(); }
  bool SwitchesVectorsPerRun() const { return host_uses_fp_ || traits_.e2h(); }
  void TrapVectors(Guest& guest, bool traps);
  void OpenVectors(bool sve);
  void SetVectorLengths(hal::ZcrEl2 el2, hal::ZcrEl2 el1);
  void SaveHostVectors(hal::Capabilities open);
  Status MeasureStreamingVectors();
  void EndMeasuring();
  void GiveOwnerVectors();
  void RestoreHostVectors();
  void RestoreVectorLength();
  Status CheckHostSve();
  Status CheckHostSme();
  Status CheckRoomForSme(const vectors::SmeArea& area, std::uint64_t needed);
  Status CheckSme(const GuestRequest& request);
  Status CheckVectors(const GuestRequest& request);
  void PrepareVectors(Guest& guest, const GuestRequest& request);
  /// The loaded guest's registers are saved, if it has them; its next use of one traps.
  void TakeVectors() {
    if (vectors_live_) [[unlikely]]
      parts_->vectors->take(*this);
  }
  void SaveLiveVectors();
  void ReturnHostVectors() {
    if (has_host_vectors_) parts_->vectors->return_hosts(*this);
  }
  void ForgetHostVectors() { has_host_vectors_ = has_host_lengths_ = has_host_za_ = false; }
  void RestoreHostsGuestState();
  static void AbandonInterrupts(Guest& guest, bool powered);
  void GiveUp();
  HcrLayout LayoutOf(std::uint64_t bits);
  HcrTerms TermsFor(hal::HcrEl2 traps, hal::Capabilities open);

  vectors::CpuSlot slot_;  // First: TPIDR_EL2 points here, or a slot finder leads here.
  // What every run looks at, near the start: one instruction loads both.
  const Guest* gic_resident_ = nullptr;  // resident_, on a CPU with the GICv3 interface.
  std::uint64_t place_ = 0;  // PlaceNow() on cpu_, the host's priority mask open, or MPIDR_EL1.
  const Guest* plain_resident_ = nullptr;  // resident_, on a CPU without it.
  const Guest* resident_ = nullptr;        // owner_, unless each run switches registers.
  const TpidrPart* keeper_ = nullptr;      // Of a host that keeps TPIDR_EL2.
  std::uint32_t* chain_words_ = nullptr;   // Of a pass-through host.
  hal::VbarEl2 vectors_;                   // VBAR_EL2 while the vectors are Trivet's.
  TransitionState transition_;
  CpuTraits traits_;
  OwnedRegisters host_;          // While a guest is loaded: the host's values.
  GuestControls host_controls_;  // The same of the EL2 controls.
  vectors::VectorState host_vectors_;
  hal::ZcrEl2 host_zcr_el2_, host_zcr_el1_;
  std::uint64_t measured_cptr_ = 0;
  SmeState host_sme_;
  El2Context run_host_;  // The host's values when the current run began.
  const PolicyValues* policy_ = nullptr;
  const Parts* parts_ = nullptr;
  std::uint64_t known_bits_ = 0;  // The bits of HCR_EL2 that `layout_` covers.
  HcrLayout layout_;
  std::uint32_t loads_ = 0;     // How often the host got its registers back.
  hal::Capabilities run_open_;  // Of the guest of the current run.
  Guest* owner_ = nullptr;
  hal::IccPmrEl1 run_pmr_;  // The host's, where a run had to open it.
  CpuId cpu_;
  const vectors::SlotFinder* finder_ = nullptr;  // Null: TPIDR_EL2, or a chain table.
  Error error_;
  SuperpriorityMask superpriority_;
  [[no_unique_address]] vectors::SveArea host_sve_;
  bool keeps_tpidr_ = false;    // TPIDR_EL2 stays the host's while enabled.
  bool per_run_ = false;        // Vectors and TPIDR_EL2 are Trivet's only during a run.
  bool switches_runs_ = false;  // HCR_EL2 differs between the host and a guest.
  std::uint8_t ends_run_ = 0;   // What a run's end does first: EndsRun.
  bool host_uses_fp_ = false;
  bool vectors_live_ = false;      // The FP and SIMD registers are owner_'s.
  bool has_host_vectors_ = false;  // `host_vectors_` and `host_sve_` have what is to be put back.
  bool has_host_lengths_ = false;  // The same of `host_zcr_el2_` and `host_zcr_el1_`.
  bool has_host_za_ = false;       // The same of `host_sme_`.
  bool measures_ = false;          // `measured_cptr_` is to be put back.
  std::uint16_t least_streaming_bytes_ = 0;  // 0: not measured.
  bool in_run_ = false;  // Registers may be the guest's; run_host_ has the host's values.
  std::atomic<std::uint32_t> generation_ = 0;
  std::atomic<State> state_ = State::kVacant;
};

}  // namespace trivet::percpu
