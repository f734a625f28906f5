#include "sim/gic/list_registers.h"

#include <algorithm>
#include <bit>
#include <format>

#include "hal/registers.h"
#include "sim/gic/active_priorities.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::IchHcrEl2;
using hal::IchLr0El2;
using hal::IchVmcrEl2;
using hal::RegisterId;

constexpr std::uint64_t kPending = 1, kActive = 2;  // ICH_LRn_EL2.State, as two bits.

std::uint64_t StateOf(IchLr0El2 lr) { return static_cast<std::uint64_t>(lr.state()); }
IchLr0El2 WithState(IchLr0El2 lr, std::uint64_t state) {
  return lr.state(static_cast<hal::ListRegisterState>(state));
}

}  // namespace

unsigned ListRegisters::Count() const {
  return hal::IchVtrEl2::FromRaw(pe_.Peek(RegisterId::kIchVtrEl2)).listregs() + 1u;
}

std::uint64_t ListRegisters::Get(unsigned n) const {
  const auto first = static_cast<unsigned>(RegisterId::kIchLr0El2);
  return pe_.Peek(static_cast<RegisterId>(first + n));
}

void ListRegisters::Set(unsigned n, std::uint64_t value) {
  const auto first = static_cast<unsigned>(RegisterId::kIchLr0El2);
  pe_.Poke(static_cast<RegisterId>(first + n), value);
}

unsigned ListRegisters::PreemptionBits() const {
  return hal::IchVtrEl2::FromRaw(pe_.Peek(RegisterId::kIchVtrEl2)).prebits() + 1u;
}

unsigned ListRegisters::LeastBinaryPoint() const { return 7 - PreemptionBits(); }

unsigned ListRegisters::BinaryPoint(unsigned group) const {
  const auto vmcr = IchVmcrEl2::FromRaw(pe_.Peek(RegisterId::kIchVmcrEl2));
  const unsigned bpr0 = std::max<unsigned>(vmcr.vbpr0(), LeastBinaryPoint());
  if (group == 0) return bpr0;
  if (vmcr.vcbpr()) return std::min(bpr0 + 1, 7u);
  return std::max<unsigned>(vmcr.vbpr1(), LeastBinaryPoint() + 1);
}

std::uint8_t ListRegisters::GroupPriority(unsigned group, std::uint8_t priority) const {
  // Bits [7:BPR0 + 1], or [7:BPR1].
  const unsigned lowest = group == 0 ? BinaryPoint(0) + 1 : BinaryPoint(1);
  return static_cast<std::uint8_t>(priority >> lowest << lowest);
}

std::uint8_t ListRegisters::RunningPriority() const {
  for (unsigned n = 0; n < ActivePriorities::RegistersOf(PreemptionBits()); ++n) {
    const std::uint64_t active =
        pe_.Peek(ActivePriorities::At(0, n)) | pe_.Peek(ActivePriorities::At(1, n));
    const auto word = static_cast<std::uint32_t>(active);
    if (word == 0) continue;
    const unsigned level = n * 32 + static_cast<unsigned>(std::countr_zero(word));
    return static_cast<std::uint8_t>(level << (8 - PreemptionBits()));
  }
  return GicInterface::kIdlePriority;
}

std::optional<unsigned> ListRegisters::Best(unsigned group) const {
  const auto hcr = IchHcrEl2::FromRaw(pe_.Peek(RegisterId::kIchHcrEl2));
  const auto vmcr = IchVmcrEl2::FromRaw(pe_.Peek(RegisterId::kIchVmcrEl2));
  const bool enabled = group == 0 ? vmcr.veng0() : vmcr.veng1();
  std::optional<unsigned> best;
  if (!hcr.en() || !enabled) return best;
  for (unsigned n = 0; n < Count(); ++n) {
    const IchLr0El2 lr = IchLr0El2::FromRaw(Get(n));
    if (StateOf(lr) != kPending || lr.group() != (group == 1)) continue;
    if (lr.nmi()) {
      throw Violation(
          std::format("{}: ICH_LR{}_EL2.NMI: Superpriority of the virtual interface is "
                      "not modelled",
                      pe_.Where(), n));
    }
    if (lr.priority() >= vmcr.vpmr()) continue;
    if (!best || lr.priority() < IchLr0El2::FromRaw(Get(*best)).priority()) best = n;
  }
  return best;
}

bool ListRegisters::Signals(unsigned group) const {
  const auto best = Best(group);
  if (!best) return false;
  return GroupPriority(group, IchLr0El2::FromRaw(Get(*best)).priority()) < RunningPriority();
}

std::uint32_t ListRegisters::HighestPending(unsigned group) const {
  const auto best = Best(group);
  return best ? IchLr0El2::FromRaw(Get(*best)).vintid() : GicInterface::kSpurious;
}

std::uint32_t ListRegisters::Acknowledge(unsigned group) {
  if (!Signals(group)) return GicInterface::kSpurious;
  const unsigned n = *Best(group);
  const IchLr0El2 lr = IchLr0El2::FromRaw(Get(n));
  SetState(n, kActive);
  const unsigned level = GroupPriority(group, lr.priority()) >> (8 - PreemptionBits());
  const RegisterId active = ActivePriorities::At(group, level / 32);
  pe_.Poke(active, pe_.Peek(active) | std::uint64_t{1} << level % 32);
  return lr.vintid();
}

std::optional<unsigned> ListRegisters::FindActive(std::uint32_t vintid) const {
  for (unsigned n = 0; n < Count(); ++n) {
    const IchLr0El2 lr = IchLr0El2::FromRaw(Get(n));
    if (lr.vintid() == vintid && (StateOf(lr) & kActive) != 0) return n;
  }
  return std::nullopt;
}

/// [gic] Drops the highest active priority, of whichever group; without EOImode the interrupt is
/// deactivated as well.
void ListRegisters::End(unsigned group, std::uint32_t vintid) {
  const std::uint8_t dropped = RunningPriority();
  if (dropped == GicInterface::kIdlePriority) return;
  const unsigned level = dropped >> (8 - PreemptionBits());
  for (const unsigned of : {0u, 1u}) {
    const RegisterId active = ActivePriorities::At(of, level / 32);
    const std::uint64_t bit = std::uint64_t{1} << level % 32;
    if ((pe_.Peek(active) & bit) == 0) continue;
    pe_.Poke(active, pe_.Peek(active) & ~bit);
    break;
  }
  const auto vmcr = IchVmcrEl2::FromRaw(pe_.Peek(RegisterId::kIchVmcrEl2));
  if (vmcr.veoim()) return;
  const auto n = FindActive(vintid);
  if (!n) return CountLostEnd();
  const IchLr0El2 lr = IchLr0El2::FromRaw(Get(*n));
  const unsigned of = lr.group() ? 1 : 0;
  if (of == group && GroupPriority(of, lr.priority()) == dropped)
    SetState(*n, StateOf(lr) & ~kActive);
}

/// [gic] ICH_HCR_EL2.EOIcount counts ends that no list register holds.
void ListRegisters::CountLostEnd() {
  const auto hcr = IchHcrEl2::FromRaw(pe_.Peek(RegisterId::kIchHcrEl2));
  pe_.Poke(RegisterId::kIchHcrEl2,
           hcr.eoicount(static_cast<std::uint8_t>(hcr.eoicount() + 1)).raw());
}

void ListRegisters::Deactivate(std::uint32_t vintid) {
  const auto vmcr = IchVmcrEl2::FromRaw(pe_.Peek(RegisterId::kIchVmcrEl2));
  if (!vmcr.veoim()) return;
  const auto n = FindActive(vintid);
  if (!n) return CountLostEnd();
  SetState(*n, StateOf(IchLr0El2::FromRaw(Get(*n))) & ~kActive);
}

/// Leaving the active state deactivates the physical interrupt of the list register too.
void ListRegisters::SetState(unsigned n, std::uint64_t state) {
  const IchLr0El2 lr = IchLr0El2::FromRaw(Get(n));
  Set(n, WithState(lr, state).raw());
  const bool ends = (StateOf(lr) & kActive) != 0 && (state & kActive) == 0;
  if (ends && lr.hw()) pe_.gic().Deactivate(lr.pintid());
}

}  // namespace trivet::sim
