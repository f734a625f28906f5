#include "percpu/per_cpu_state.h"

#include "hal/cpu.h"
#include "percpu/masked_interrupts.h"
#include "percpu/stage2_guard.h"
#include "vectors/table.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register vocabulary

constexpr std::uint8_t kEl2 = 2;

bool AtEl2() { return Cpu::Read<CurrentEl>().el() == kEl2; }

/// Stage 2 controls may be cached in the TLB (VM, RW, VTTBR_EL2, VTCR_EL2): forget what this CPU cached under
/// the old ones. [arm-arm] HCR_EL2.VM: "permitted to be cached in a TLB".
void ForgetStage2() {
  Cpu::Invalidate<Tlbi::kAllE1>();
  Cpu::Dsb<Domain::kNonShareable>();
  Cpu::Isb();
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
  if (!handlers.irq || !handlers.fiq || !handlers.serror || !handlers.fatal) {
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
  const HcrEl2 hcr = Cpu::Read<HcrEl2>();
  if (hcr.e2h()) return Fail({.status = Status::kUnsupportedFeature, .feature = Feature::kVhe});
  if (hcr.vm() || Cpu::Read<VbarEl2>().raw() == vectors::TableBase()) {
    return Fail({.status = Status::kInUse});
  }
  return Status::kOk;
}

Status PerCpuState::Enable(HcrEl2 set, std::uint64_t empty_stage2) {
  if (!AtEl2()) return Fail({.status = Status::kNotAtEl2});
  const MaskedInterrupts masked;
  if (const Status status = CheckEnable(); status != Status::kOk) return status;

  SaveHost();
  GuardStage2(empty_stage2);
  InstallVectors();
  SetVirtualization(set);
  state_.store(State::kEnabled, std::memory_order_release);
  return Status::kOk;
}

void PerCpuState::SaveHost() {
  host_vector_base_ = Cpu::Read<VbarEl2>();
  host_hcr_ = Cpu::Read<HcrEl2>();
  host_tpidr_ = Cpu::Read<TpidrEl2>();
  host_controls_.Save();
}

/// VM must never be set over an UNKNOWN VTTBR_EL2 or VTCR_EL2: walks may be speculative.
void PerCpuState::GuardStage2(std::uint64_t table) {
  Cpu::Write<VtcrEl2>(OneLevelStage2());
  Cpu::Write<VttbrEl2>(VttbrEl2::FromRaw(table));
}

/// The slot first, then the table that uses it: an exception after the ISB finds its handlers.
void PerCpuState::InstallVectors() {
  Cpu::Write<TpidrEl2>(TpidrEl2::FromRaw(reinterpret_cast<std::uint64_t>(&slot_)));
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(vectors::TableBase()));
  Cpu::Isb();
}

/// Read-modify-write: E2H, TGE and whatever else the host has set stay.
void PerCpuState::SetVirtualization(HcrEl2 set) {
  enabled_hcr_ = HcrEl2::FromRaw(host_hcr_.raw() | set.raw());
  live_hcr_ = enabled_hcr_;
  Cpu::Write<HcrEl2>(live_hcr_);
  Cpu::Isb();
  ForgetStage2();
}

Status PerCpuState::CheckDisable() {
  if (!IsEnabled()) return Fail({.status = Status::kNotEnabled});
  if (Cpu::CurrentCpu() != cpu_) return Fail({.status = Status::kWrongCpu});
  const std::uint64_t vbar = Cpu::Read<VbarEl2>().raw();
  if (vbar != vectors::TableBase()) {
    return Fail({.status = Status::kVectorsReplaced,
                 .register_id = RegisterId::kVbarEl2,
                 .expected = vectors::TableBase(),
                 .got = vbar});
  }
  return Status::kOk;
}

Status PerCpuState::Disable() {
  if (!AtEl2()) return Fail({.status = Status::kNotAtEl2});
  const MaskedInterrupts masked;
  if (const Status status = CheckDisable(); status != Status::kOk) return status;

  SwitchEl1To(nullptr);
  RestoreVirtualization();
  RestoreVectors();
  state_.store(State::kReady, std::memory_order_release);
  return VerifyRestore();
}

/// The host's whole HCR_EL2, then what stage 2 left in the TLB.
void PerCpuState::RestoreVirtualization() {
  Cpu::Write<HcrEl2>(host_hcr_);
  Cpu::Isb();
  ForgetStage2();
}

/// Everything else, then the vectors; TPIDR_EL2 changes only once nothing looks at it.
void PerCpuState::RestoreVectors() {
  host_controls_.Restore();
  Cpu::Write<VbarEl2>(host_vector_base_);
  Cpu::Isb();
  Cpu::Write<TpidrEl2>(host_tpidr_);
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
  if (const Status s = Expect<VbarEl2>(host_vector_base_); s != Status::kOk) return s;
  if (const Status s = Expect<HcrEl2>(host_hcr_); s != Status::kOk) return s;
  if (const Status s = Expect<TpidrEl2>(host_tpidr_); s != Status::kOk) return s;
  Status status = Status::kOk;
  host_controls_.Matches([&](RegisterId id, std::uint64_t saved, std::uint64_t live) {
    status = Fail(
        {.status = Status::kRestoreMismatch, .register_id = id, .expected = saved, .got = live});
  });
  return status;
}

Status PerCpuState::Audit() {
  if (!AtEl2()) return Fail({.status = Status::kNotAtEl2});
  const MaskedInterrupts masked;
  if (const Status status = CheckDisable(); status != Status::kOk) return status;
  if (const Status s = Expect<HcrEl2>(live_hcr_); s != Status::kOk) return s;
  return Expect<TpidrEl2>(TpidrEl2::FromRaw(reinterpret_cast<std::uint64_t>(&slot_)));
}

void PerCpuState::PoweredDown() {
  if (IsEnabled()) state_.store(State::kReady, std::memory_order_release);
  el1_owner_ = nullptr;
}

Status PerCpuState::CheckEnabledHere() const {
  if (!IsEnabled()) return Status::kNotEnabled;
  return Cpu::CurrentCpu() == cpu_ ? Status::kOk : Status::kWrongCpu;
}

void PerCpuState::SetGuestTraps(HcrEl2 traps) {
  live_hcr_ = HcrEl2::FromRaw(enabled_hcr_.raw() | traps.raw());
  Cpu::Write<HcrEl2>(live_hcr_);
}

void PerCpuState::SwitchEl1To(El1Registers* next) {
  if (next == el1_owner_) return;
  (el1_owner_ ? *el1_owner_ : host_el1_).Save();
  (next ? *next : host_el1_).Restore();
  el1_owner_ = next;
}

}  // namespace trivet::percpu
