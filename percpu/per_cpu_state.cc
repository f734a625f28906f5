// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "percpu/per_cpu_state.h"

#include "hal/cpu.h"
#include "percpu/masked_interrupts.h"
#include "percpu/stage2_guard.h"
#include "percpu/steps.h"
#include "vectors/security_state.h"
#include "vectors/table.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr std::uint8_t kEl2 = 2;

/// [arm-arm] HCR_EL2.DC: VM behaves as 1; HCR_EL2.TGE: the EL1&0 regime is not used.
bool UsesStage2(HcrEl2 hcr) { return hcr.vm() || (hcr.dc() && !hcr.tge()); }

}  // namespace

/// The other bits are RES0. [arm-arm] CurrentEL.
bool PerCpuState::AtEl2() { return Cpu::Read<CurrentEl>() == CurrentEl().el(kEl2); }

VectorOwnership PerCpuState::vector_ownership() const {
  if (per_run_) return VectorOwnership::kPerRun;
  return keeps_tpidr_ ? VectorOwnership::kHostTpidr : VectorOwnership::kPerEnable;
}

/// A chain table and a slot finder leave TPIDR_EL2 to the host.
TpidrEl2 PerCpuState::OurTpidr(TpidrEl2 host) const {
  return keeps_tpidr_ ? host : TpidrEl2::FromRaw(reinterpret_cast<std::uint64_t>(&slot_));
}

Status PerCpuState::Fail(Error error) {
  error_ = error;
  return error.status;
}

[[gnu::noinline]] Status PerCpuState::Refuse(Status status) { return Fail({.status = status}); }

Status PerCpuState::CreateFor(CpuId cpu, const vectors::Handlers& handlers) {
  return Bind(cpu, handlers.AreComplete() ? Status::kOk : Status::kHandlerMissing, handlers,
              vectors::TableBase(), nullptr);
}

/// `host`: the result of checking the host's handlers or chain table memory. `table`: for VBAR_EL2.
[[gnu::noinline]] Status PerCpuState::Bind(CpuId cpu, Status host,
                                           const vectors::Handlers& handlers, std::uint64_t table,
                                           const TpidrPart* keeper) {
  if (state_.load(std::memory_order_acquire) != State::kVacant) {
    return Refuse(Status::kAlreadyCreated);
  }
  if (host != Status::kOk) return Fail({.status = host});
  cpu_ = cpu;
  slot_ = {.handlers = handlers};
  keeper_ = keeper;
  chain_words_ = nullptr;
  finder_ = nullptr;
  parts_ = &kNoParts;
  keeps_tpidr_ = keeper != nullptr;
  vectors_ = VbarEl2::FromRaw(table);
  transition_.workarounds = {};
  known_bits_ = 0;
  state_.store(State::kReady, std::memory_order_release);
  return Status::kOk;
}

/// Every bit that the policy sets must exist: a bit that is RES0 here would silently do nothing.
[[gnu::noinline]] Status PerCpuState::FindBits(HcrEl2 conditional) {
  const std::uint64_t bits = conditional.raw();
  const std::uint64_t absent = LiveHcrLayout(bits).absent;
  for (const HcrField& field : kHcrFields) {
    if ((absent & bits & field.mask()) == 0) continue;
    return Fail({.status = Status::kUnsupportedFeature, .feature = field.needs});
  }
  return Status::kOk;
}

inline Status PerCpuState::CheckPolicy(const PolicyValues& policy) {
  const HcrEl2 conditional = policy.hcr_conditional;
  return conditional == HcrEl2() ? Status::kOk : FindBits(conditional);
}

/// Guests run on SP_EL2, and an exception entry or return that synchronizes no context would leave
/// the switch half in effect. [arm-arm] SCTLR_EL2.EIS, EOS: RES1 without FEAT_ExS.
[[gnu::always_inline]] inline Status PerCpuState::CheckHostState(bool e2h) {
  const SpSel sp = Cpu::Read<SpSel>();
  if (!sp.sp()) {
    return Fail(
        {.status = Status::kUnsupportedHost, .register_id = RegisterId::kSpSel, .expected = 1});
  }
  constexpr std::uint64_t kSynchronizes = SctlrEl2().eis(true).eos(true).raw();
  static_assert(kSynchronizes == SctlrEl2E2h().eis(true).eos(true).raw());
  const std::uint64_t sctlr = e2h ? Cpu::Read<SctlrEl2E2h>().raw() : Cpu::Read<SctlrEl2>().raw();
  // Without FEAT_ExS the bits are RES1: QEMU shows what firmware wrote there.
  if ((sctlr & kSynchronizes) == kSynchronizes || !Has<Feature::kExs, Cpu>()) return Status::kOk;
  return Fail({.status = Status::kUnsupportedHost,
               .register_id = RegisterId::kSctlrEl2,
               .expected = sctlr | kSynchronizes,
               .got = sctlr});
}

[[gnu::always_inline]] inline Status PerCpuState::CheckHostVectors(VbarEl2 base) {
  if (keeps_tpidr_) [[unlikely]]
    return CheckKeeper(base);
  if (base.raw() % vectors::kChainTableSize == 0) return Status::kOk;
  return Fail({.status = Status::kInvalidArgument, .got = base.raw()});
}

/// Why virtualization cannot be turned on from `state`.
[[gnu::cold]] Status PerCpuState::RefuseState(State state) {
  if (state == State::kVacant) return Refuse(Status::kNotCreated);
  if (Cpu::CurrentCpu() != cpu_) return Refuse(Status::kWrongCpu);
  if (state == State::kSuspended) return Refuse(Status::kSuspended);
  if (state == State::kReady) return Refuse(Status::kNotEnabled);  // No suspend before.
  return Refuse(Status::kAlreadyEnabled);
}

/// What the CPU decides: once, by the first enable. In Secure EL2 stage 2 walks VSTTBR_EL2, which
/// is not written here: a guest could not fetch.
[[gnu::cold]] Status PerCpuState::IdentifyCpu() {
  if (Has<Feature::kSel2, Cpu>() && vectors::TrivetEl2IsSecure()) {
    return Fail({.status = Status::kUnsupportedHost, .register_id = RegisterId::kVsttbrEl2});
  }
  transition_.guard.vtcr = OneLevelStage2();
  transition_.workarounds = WorkaroundsFor(Cpu::Read<MidrEl1>());
  return Status::kOk;
}

/// Whether virtualization can be turned on from state `from`, under the host that it reads.
/// Inlined: what it has read stays in registers.
[[gnu::always_inline]] inline Status PerCpuState::CheckEnable(State from,
                                                              const EnableRequest& request,
                                                              El2Context& host) {
  const State state = state_.load(std::memory_order_acquire);
  if (state != from) return RefuseState(state);
  if (Cpu::CurrentCpu() != cpu_) return Refuse(Status::kWrongCpu);
  if (const Status s = CheckPolicy(request.policy); s != Status::kOk) return s;
  host = El2Context::Live<Cpu>();
  // Detects another PerCpu by its vectors, unless they are switched per run.
  const bool ours = host.vbar.raw() == vectors::TableBase() || host.vbar == vectors_;
  if (ours || UsesStage2(host.hcr)) return Refuse(Status::kInUse);
  if (const Status s = CheckHostState(host.hcr.e2h()); s != Status::kOk) return s;
  if (!transition_.workarounds.IsKnown()) [[unlikely]] {
    if (const Status s = IdentifyCpu(); s != Status::kOk) return s;
  }
  return CheckHostVectors(request.HostVectors(host.vbar));
}

/// Everything that a transition needs; writes no register.
[[gnu::always_inline]] inline TransitionState PerCpuState::PrepareTransition(
    const El2Context& host, const EnableRequest& request) {
  const PolicyValues& policy = request.policy;
  const TransitionState transition = {
      .host = host,
      .ours = {.vbar = vectors_,
               .hcr = HcrEl2::FromRaw(host.hcr.raw() | policy.hcr_set.raw()),
               .tpidr = OurTpidr(host.tpidr)},
      .host_stage2 = Stage2Context::Live<Cpu>(),
      .guard = {.vtcr = transition_.guard.vtcr, .vttbr = VttbrEl2::FromRaw(request.empty_stage2)},
      .workarounds = transition_.workarounds};
  transition_ = transition;
  traits_ = CpuTraits(host.hcr);
  per_run_ = policy.vectors == VectorSwitch::kPerRun || host.hcr.e2h();
  switches_runs_ = per_run_ || host.hcr.tge();
  policy_ = &policy;
  host_uses_fp_ = request.host_uses_fp;
  return transition;  // By value: a write of a register may change memory.
}

/// From state `from`. Between the checks and the first write nothing can fail; a step that throws
/// (under test only) leaves the registers and the state as they were.
Status PerCpuState::Enable(State from, const EnableRequest& request) {
  if (!AtEl2()) return Refuse(Status::kNotAtEl2);
  if (SuperpriorityMask::HostMayTakeAny() && !superpriority_.is_set()) [[unlikely]]
    return EnableMasked(from, request);
  const MaskedInterrupts masked;
  El2Context host;
  if (const Status s = CheckEnable(from, request, host); s != Status::kOk) return s;
  const VbarEl2 host_vbar = request.HostVectors(host.vbar);
  if (keeps_tpidr_) [[unlikely]]
    MakeForwarding(host_vbar);
  const TransitionState transition = PrepareTransition(host, request);
  struct Attempt {
    std::atomic<State>& state;
    State outcome;
    ~Attempt() { state.store(outcome, std::memory_order_release); }
  } attempt{state_, from};
  state_.store(State::kEntering, std::memory_order_release);
  Cpu cpu;
  EnterTrivet(cpu, vector_ownership(), transition);
  transition_.host.vbar = host_vbar;  // Not before: a roll-back above restores the value found.
  attempt.outcome = State::kEnabled;
  return Status::kOk;
}

[[gnu::cold]] Status PerCpuState::EnableMasked(State from, const EnableRequest& request) {
  return WithSuperpriorityMasked([this, from, &request] { return Enable(from, request); });
}

void PerCpuState::MaskSuperpriority() {
  superpriority_.Mask();
  if (NeedsSuperpriorityMask()) state_.store(State::kEnabled, std::memory_order_release);
}

void PerCpuState::RestoreSuperpriority() {
  const bool enabled = state_.load(std::memory_order_relaxed) == State::kEnabled;
  if (enabled && superpriority_.is_used()) {
    state_.store(State::kEnabledOpen, std::memory_order_release);
  }
  superpriority_.Restore();
  if (!enabled) superpriority_ = {};
}

/// Why a call is refused in another state than kEnabled.
[[gnu::cold]] Status PerCpuState::RefuseHere() const {
  const Status status = CheckEnabledHere();
  return status == Status::kOk ? Status::kNotEnabled : status;
}

/// `status`, or what the call `act` returns that needed another mask.
[[gnu::cold]] Status PerCpuState::OrMaskedBy(Status status, void* act, Status (*call)(void*)) {
  if (status != Status::kNotEnabled || !NeedsSuperpriorityMask()) return status;
  return WithSuperpriorityMasked([=] { return call(act); });
}
template <class Act>
Status PerCpuState::OrMasked(Status status, Act act) {
  return OrMaskedBy(status, &act, [](void* of) { return (*static_cast<Act*>(of))(); });
}

/// Why virtualization cannot be turned off in `state`.
[[gnu::cold]] Status PerCpuState::RefuseLeave(State state) {
  const bool open = state == State::kEnabledOpen;
  if (open && Cpu::CurrentCpu() == cpu_) return Status::kNotEnabled;
  return Refuse(open                         ? Status::kWrongCpu
                : state == State::kSuspended ? Status::kSuspended
                                             : Status::kNotEnabled);
}

Status PerCpuState::CheckDisable() {
  const State state = state_.load(std::memory_order_acquire);
  if (state != State::kEnabled) return RefuseLeave(state);
  if (Cpu::CurrentCpu() != cpu_) return Refuse(Status::kWrongCpu);
  const VbarEl2 vbar = Cpu::Read<VbarEl2>();
  if (per_run_ || vbar == transition_.ours.vbar) return Status::kOk;
  return Fail({.status = Status::kVectorsReplaced,
               .register_id = RegisterId::kVbarEl2,
               .expected = transition_.ours.vbar.raw(),
               .got = vbar.raw()});
}

/// No read-modify-write: exclusives may fault, or never succeed, where caches are off. One writer
/// at a time: this CPU, or PoweredDown() while it executes no Trivet code. A Panic() inside does
/// not return here. [arm-arm] "Load-Exclusive and Store-Exclusive instruction usage".
void PerCpuState::GiveUp() {
  generation_.store(generation_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

/// Restores the host's registers and sets the state to `next`.
Status PerCpuState::Leave(State next, Keep keep) {
  if (!AtEl2()) return Refuse(Status::kNotAtEl2);
  const MaskedInterrupts masked;
  if (const Status s = CheckDisable(); s != Status::kOk) {
    return OrMasked(s, [this, next, keep] { return Leave(next, keep); });
  }
  Cpu cpu;
  ReleaseGuest(keep);
  LeaveTrivet(cpu, vector_ownership(), transition_);
  state_.store(next, std::memory_order_release);
  GiveUp();
  AdoptHostChanges();
  // What SuspendFailed() compares: where the vectors are switched per run, stage 2 stayed the
  // host's.
  if (next == State::kSuspended && per_run_) transition_.host_stage2 = Stage2Context::Live<Cpu>();
  if (const Status s = VerifyEl2Context(Status::kRestoreMismatch); s != Status::kOk) return s;
  if (per_run_) return Status::kOk;
  return VerifyStage2(transition_.host_stage2, Status::kRestoreMismatch);
}

Status PerCpuState::CanEnable(State from, const EnableRequest& request) {
  if (!AtEl2()) return Refuse(Status::kNotAtEl2);
  const MaskedInterrupts masked;
  El2Context host;
  return CheckEnable(from, request, host);
}

Status PerCpuState::CanDisable() {
  if (!AtEl2()) return Refuse(Status::kNotAtEl2);
  const MaskedInterrupts masked;
  const Status status = CheckDisable();
  return OrMasked(status, [this] { return CheckDisable(); });
}

Status PerCpuState::PlanEnable(const EnableRequest& request, Plan& plan) {
  if (!AtEl2()) return Refuse(Status::kNotAtEl2);
  const MaskedInterrupts masked;
  if (const Status s = CanEnable(request); s != Status::kOk) return s;
  const TransitionState transition = PrepareTransition(El2Context::Live<Cpu>(), request);
  PlanRecorder recorder(plan);
  EnterTrivet(recorder, vector_ownership(), transition);
  return Status::kOk;
}

Status PerCpuState::PlanDisable(Plan& plan) {
  if (!AtEl2()) return Refuse(Status::kNotAtEl2);
  const MaskedInterrupts masked;
  if (const Status s = CheckDisable(); s != Status::kOk) {
    return OrMasked(s, [&] { return PlanDisable(plan); });
  }
  PlanRecorder recorder(plan);
  LeaveTrivet(recorder, vector_ownership(), transition_);
  return Status::kOk;
}

template <class R>
Status PerCpuState::Expect(typename R::Value expected, Status mismatch) {
  const typename R::Value live = Cpu::Read<R>();
  if (live == expected) return Status::kOk;
  return Fail({.status = mismatch,
               .register_id = kInfo<R>.id,
               .expected = expected.raw(),
               .got = live.raw()});
}

/// The host may have changed the registers that stayed its own while the CPU was enabled.
void PerCpuState::AdoptHostChanges() {
  const El2Context live = El2Context::Live<Cpu>();
  if (per_run_) transition_.host = live;
  if (!HoldsTpidr()) transition_.host.tpidr = live.tpidr;
}

Status PerCpuState::VerifyEl2Context(Status mismatch) {
  if (const Status s = Expect<VbarEl2>(transition_.host.vbar, mismatch); s != Status::kOk) return s;
  if (const Status s = Expect<HcrEl2>(transition_.host.hcr, mismatch); s != Status::kOk) return s;
  return Expect<TpidrEl2>(transition_.host.tpidr, mismatch);
}

Status PerCpuState::VerifyStage2(const Stage2Context& expected, Status mismatch) {
  if (const Status s = Expect<VtcrEl2>(expected.vtcr, mismatch); s != Status::kOk) return s;
  return Expect<VttbrEl2>(expected.vttbr, mismatch);
}

/// HCR_EL2 while enabled and between runs. [arm-arm] HCR_EL2.MIOCNCE: a CPU may have it RAZ/WI.
Status PerCpuState::AuditHcr() {
  const bool guests = owner_ != nullptr && !switches_runs_;
  const HcrEl2 expected = guests ? owner_->hcr : transition_.ours.hcr;
  const HcrEl2 live = Cpu::Read<HcrEl2>();
  if (live.miocnce(false) == expected.miocnce(false)) return Status::kOk;
  const bool looks = guests && expected.vse() && owner_->serror.guest != nullptr;
  if (looks && !owner_->serror.is_pending(*this, *owner_)) return AuditHcr();
  return Expect<HcrEl2>(expected, Status::kRestoreMismatch);
}

Status PerCpuState::Audit() {
  if (!AtEl2()) return Refuse(Status::kNotAtEl2);
  const MaskedInterrupts masked;
  if (const Status s = CheckDisable(); s != Status::kOk) {
    return OrMasked(s, [this] { return Audit(); });
  }
  if (per_run_) return Status::kOk;
  if (const Status s = AuditHcr(); s != Status::kOk) return s;
  const Status controls = owner_ != nullptr
                              ? AuditGuestControls()
                              : VerifyStage2(transition_.guard, Status::kRestoreMismatch);
  if (controls != Status::kOk) return controls;
  if (!HoldsTpidr()) return keeper_->check(*this, transition_.host.vbar);
  return Expect<TpidrEl2>(transition_.ours.tpidr, Status::kRestoreMismatch);
}

}  // namespace trivet::percpu
