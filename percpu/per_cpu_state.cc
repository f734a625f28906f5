#include "percpu/per_cpu_state.h"

#include "hal/cpu.h"
#include "percpu/masked_interrupts.h"
#include "percpu/stage2_guard.h"
#include "percpu/steps.h"
#include "vectors/table.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register vocabulary

constexpr std::uint8_t kEl2 = 2;

bool AtEl2() { return Cpu::Read<CurrentEl>().el() == kEl2; }

template <class B>
void DoSteps(B& backend, bool per_run, const Intent& intent) {
  if (per_run) return EnableForRuns::Do(backend, intent);
  EnableForGood::Do(backend, intent);
}

template <class B>
void UndoSteps(B& backend, bool per_run, const Intent& intent) {
  if (per_run) return EnableForRuns::Undo(backend, intent);
  EnableForGood::Undo(backend, intent);
}

}  // namespace

Status PerCpuState::Fail(Error error) {
  error_ = error;
  return error.status;
}

Status PerCpuState::CreateFor(CpuId cpu, const vectors::Handlers& handlers) {
  if (state_.load(std::memory_order_acquire) != State::kVacant) {
    return Fail({.status = Status::kAlreadyCreated});
  }
  if (!handlers.AreComplete()) {
    return Fail({.status = Status::kHandlerMissing});
  }
  cpu_ = cpu;
  slot_.handlers = handlers;
  state_.store(State::kReady, std::memory_order_release);
  return Status::kOk;
}

Status PerCpuState::CheckEnable() {
  const State state = state_.load(std::memory_order_acquire);
  if (state == State::kVacant) return Fail({.status = Status::kNotCreated});
  if (Cpu::CurrentCpu() != cpu_) return Fail({.status = Status::kWrongCpu});
  if (state == State::kEnabled) return Fail({.status = Status::kAlreadyEnabled});
  // Another object of ours shows by its vectors, unless those change hands per run.
  const bool in_use =
      Cpu::Read<HcrEl2>().vm() || Cpu::Read<VbarEl2>().raw() == vectors::TableBase();
  return in_use ? Fail({.status = Status::kInUse}) : Status::kOk;
}

/// Reads everything a transition will need; writes no register.
void PerCpuState::PrepareIntent(const PolicyValues& policy, std::uint64_t empty_stage2) {
  Cpu cpu;
  intent_.host = {
      .vbar = Cpu::Read<VbarEl2>(), .hcr = Cpu::Read<HcrEl2>(), .tpidr = Cpu::Read<TpidrEl2>()};
  intent_.cpu = CpuTraits::Of<Cpu>(intent_.host.hcr);
  intent_.host_controls.Save(cpu, intent_.cpu);
  intent_.ours = {.vbar = VbarEl2::FromRaw(vectors::TableBase()),
                  .hcr = HcrEl2::FromRaw(intent_.host.hcr.raw() | policy.hcr_set.raw()),
                  .tpidr = TpidrEl2::FromRaw(reinterpret_cast<std::uint64_t>(&slot_))};
  intent_.vtcr = OneLevelStage2();
  intent_.vttbr = VttbrEl2::FromRaw(empty_stage2);
  per_run_ = policy.vectors == VectorSwitch::kPerRun || intent_.cpu.kind() == HostKind::kVhe;
  switches_runs_ = per_run_ || intent_.cpu.kind() == HostKind::kNvheTge;
  policy_ = policy;
  guest_traps_ = {};
}

Status PerCpuState::Enable(const PolicyValues& policy, std::uint64_t empty_stage2) {
  if (!AtEl2()) return Fail({.status = Status::kNotAtEl2});
  const MaskedInterrupts masked;
  if (const Status status = CheckEnable(); status != Status::kOk) return status;

  Cpu cpu;
  PrepareIntent(policy, empty_stage2);
  DoSteps(cpu, per_run_, intent_);
  state_.store(State::kEnabled, std::memory_order_release);
  return Status::kOk;
}

Status PerCpuState::CheckDisable() {
  if (!IsEnabled()) return Fail({.status = Status::kNotEnabled});
  if (Cpu::CurrentCpu() != cpu_) return Fail({.status = Status::kWrongCpu});
  const VbarEl2 vbar = Cpu::Read<VbarEl2>();
  if (per_run_ || vbar == intent_.ours.vbar) return Status::kOk;
  return Fail({.status = Status::kVectorsReplaced,
               .register_id = RegisterId::kVbarEl2,
               .expected = intent_.ours.vbar.raw(),
               .got = vbar.raw()});
}

Status PerCpuState::Disable() {
  if (!AtEl2()) return Fail({.status = Status::kNotAtEl2});
  const MaskedInterrupts masked;
  if (const Status status = CheckDisable(); status != Status::kOk) return status;

  Cpu cpu;
  SwitchGuestTo(nullptr);
  UndoSteps(cpu, per_run_, intent_);
  state_.store(State::kReady, std::memory_order_release);
  generation_.fetch_add(1, std::memory_order_acq_rel);
  return VerifyRestore();
}

Status PerCpuState::PlanEnable(const PolicyValues& policy, std::uint64_t empty_stage2, Plan& plan) {
  if (!AtEl2()) return Fail({.status = Status::kNotAtEl2});
  const MaskedInterrupts masked;
  if (const Status status = CheckEnable(); status != Status::kOk) return status;
  PrepareIntent(policy, empty_stage2);
  PlanRecorder recorder(plan);
  DoSteps(recorder, per_run_, intent_);
  return Status::kOk;
}

Status PerCpuState::PlanDisable(Plan& plan) {
  if (!AtEl2()) return Fail({.status = Status::kNotAtEl2});
  const MaskedInterrupts masked;
  if (const Status status = CheckDisable(); status != Status::kOk) return status;
  PlanRecorder recorder(plan);
  UndoSteps(recorder, per_run_, intent_);
  return Status::kOk;
}

template <class R>
Status PerCpuState::Expect(typename R::Value expected) {
  const typename R::Value live = Cpu::Read<R>();
  if (live == expected) return Status::kOk;
  return Fail({.status = Status::kRestoreMismatch,
               .register_id = kInfo<R>.id,
               .expected = expected.raw(),
               .got = live.raw()});
}

Status PerCpuState::VerifyRestore() {
  if (!per_run_) {
    if (const Status s = Expect<VbarEl2>(intent_.host.vbar); s != Status::kOk) return s;
    if (const Status s = Expect<HcrEl2>(intent_.host.hcr); s != Status::kOk) return s;
    if (const Status s = Expect<TpidrEl2>(intent_.host.tpidr); s != Status::kOk) return s;
  }
  Cpu cpu;
  Status status = Status::kOk;
  intent_.host_controls.Matches(cpu, intent_.cpu,
                                [&](RegisterId id, std::uint64_t saved, std::uint64_t live) {
                                  status = Fail({.status = Status::kRestoreMismatch,
                                                 .register_id = id,
                                                 .expected = saved,
                                                 .got = live});
                                });
  return status;
}

Status PerCpuState::Audit() {
  if (!AtEl2()) return Fail({.status = Status::kNotAtEl2});
  const MaskedInterrupts masked;
  if (const Status status = CheckDisable(); status != Status::kOk) return status;
  if (per_run_) return Status::kOk;
  const HcrEl2 hcr = owner_ && !switches_runs_ ? GuestHcr(intent_.host.hcr) : intent_.ours.hcr;
  if (const Status s = Expect<HcrEl2>(hcr); s != Status::kOk) return s;
  return Expect<TpidrEl2>(intent_.ours.tpidr);
}

void PerCpuState::PoweredDown() {
  if (!IsEnabled()) return;
  owner_ = nullptr;
  state_.store(State::kReady, std::memory_order_release);
  generation_.fetch_add(1, std::memory_order_acq_rel);
}

}  // namespace trivet::percpu
