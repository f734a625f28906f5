// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <format>

#include "hal/register_info.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"

/// Interrupt lines, hooks, faults, snapshots, reset and power.
namespace trivet::sim {
namespace {

/// What UNKNOWN bits happen to read as: neither all zeros nor all ones, nor anything plausible.
constexpr std::uint64_t kPoison = 0x5a5a'5a5a'5a5a'5a5a;

bool IsIdentification(const hal::RegisterInfo& info) {
  return info.access == hal::Access::kReadOnly && info.encoding.op0 == 3 && info.encoding.crn == 0;
}

}  // namespace

void Pe::SetAttention(std::uint32_t bit, bool on) {
  if (on) {
    attention_.fetch_or(bit, std::memory_order_relaxed);
  } else {
    attention_.fetch_and(~bit, std::memory_order_relaxed);
  }
}

void Pe::Raise(InterruptClass interrupt, bool level) {
  if (interrupt != InterruptClass::kSError)
    SetAttention(kSuperpriority << static_cast<unsigned>(interrupt), false);
  SetAttention(1u << static_cast<unsigned>(interrupt), level);
}

void Pe::RaiseWithSuperpriority(InterruptClass interrupt, bool level) {
  if (interrupt == InterruptClass::kSError)
    throw Violation(std::format("{}: an SError has no Superpriority", Where()));
  Raise(interrupt, level);
  SetAttention(kSuperpriority << static_cast<unsigned>(interrupt), level);
}

void Pe::SetStepHook(StepHook hook) {
  hook_ = std::move(hook);
  SetAttention(kHook, hook_ != nullptr);
}

void Pe::SetAccessFilter(AccessFilter filter) {
  filter_ = std::move(filter);
  SetAttention(kFilter, filter_ != nullptr);
}

void Pe::FailAccess(unsigned n) {
  fail_countdown_ = n;
  SetAttention(kFault, n != 0);
}

PeState Pe::Snapshot() const {
  PeState state = state_;
  state.attention = attention_.load(std::memory_order_relaxed) & kOfState;
  state.tlb = tlb_;
  state.settling = settling_;
  return state;
}

void Pe::Restore(const PeState& state) {
  state_ = state;
  tlb_ = state.tlb;
  settling_ = state.settling;
  ForgetSettled();
  SetAttention(kOfState, false);
  SetAttention(state.attention & kOfState, true);
  SelectPlans();
}

void Pe::PokeFields(hal::RegisterId id, std::uint64_t value) {
  const std::uint64_t stores = model_->MasksOf(id).stores;
  Poke(id, (Peek(id) & ~stores) | (value & stores));
}

void Pe::Scramble(hal::RegisterId id) {
  const std::uint64_t stores = model_->MasksOf(id).stores;
  Poke(id, kPoison & stores);
  MakeUnknown(id, stores);
}

void Pe::WarmReset() {
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    if (info.storage != info.id || IsIdentification(info)) continue;
    const BitMasks& masks = model_->MasksOf(info.id);
    if (!model_->Has(info.needs)) {
      Poke(info.id, 0);
      continue;
    }
    Poke(info.id, masks.reset_value | (kPoison & ~masks.reset_known));
    MakeUnknown(info.id, ~masks.reset_known);
  }
  tlb_.Clear();
  state_.v.fill({kPoison, kPoison});
  state_.pstate = Pstate::Masked(2);
  SelectPlans();
}

void Pe::PowerDown() {
  WarmReset();
  SetAttention(kLines | kGic, false);
  gic_ = std::make_unique<GicInterface>();
  gic_used_ = false;
  SetAttention(kPoweredOff, true);
}

void Pe::PowerUp() {
  SetAttention(kPoweredOff, false);
  WarmReset();
  if (maintenance_ppi_) UseGic();
}

}  // namespace trivet::sim
