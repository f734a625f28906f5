// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/gic/list_registers.h"

#include <algorithm>
#include <bit>

#include "hal/registers.h"
#include "sim/gic/active_priorities.h"

namespace trivet::sim {
namespace {

using hal::IchHcrEl2;
using hal::IchLr0El2;
using hal::IchVmcrEl2;
using hal::RegisterId;

constexpr std::uint64_t kPending = 1, kActive = 2;  // ICH_LRn_EL2.State, as two bits.
constexpr std::uint32_t kFirstLpi = 8192;

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
  // Bits [7:BPR0 + 1], or [7:BPR1] unless VCBPR lends BPR0 to both groups.
  const bool common = IchVmcrEl2::FromRaw(pe_.Peek(RegisterId::kIchVmcrEl2)).vcbpr();
  const unsigned lowest = group == 0 || common ? BinaryPoint(0) + 1 : BinaryPoint(1);
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

std::optional<unsigned> ListRegisters::Best() const {
  const auto vmcr = IchVmcrEl2::FromRaw(pe_.Peek(RegisterId::kIchVmcrEl2));
  std::optional<unsigned> best;
  unsigned highest = GicInterface::kIdlePriority;  // A lower value is a higher priority.
  for (unsigned n = 0; n < Count(); ++n) {
    const IchLr0El2 lr = IchLr0El2::FromRaw(Get(n));
    const bool enabled = lr.group() ? vmcr.veng1() : vmcr.veng0();
    if (StateOf(lr) != kPending || !enabled || lr.priority() >= highest) continue;
    highest = lr.priority();
    best = n;
  }
  return best;
}

/// The same, if it is of `group`. [gic] HighestPriorityVirtualInterrupt: the other group's hides
/// it, and neither the priority mask nor En does.
std::optional<unsigned> ListRegisters::BestOf(unsigned group) const {
  const auto best = Best();
  return best && IchLr0El2::FromRaw(Get(*best)).group() == (group == 1) ? best : std::nullopt;
}

/// [gic] CanSignalVirtualInterrupt.
bool ListRegisters::Signals(unsigned group) const {
  const auto best = BestOf(group);
  if (!best || !IchHcrEl2::FromRaw(pe_.Peek(RegisterId::kIchHcrEl2)).en()) return false;
  const auto vmcr = IchVmcrEl2::FromRaw(pe_.Peek(RegisterId::kIchVmcrEl2));
  const std::uint8_t priority = IchLr0El2::FromRaw(Get(*best)).priority();
  if (priority >= vmcr.vpmr()) return false;
  const std::uint8_t running = RunningPriority();
  return running == GicInterface::kIdlePriority ||
         GroupPriority(group, priority) < GroupPriority(group, running);
}

std::uint32_t ListRegisters::HighestPending(unsigned group) const {
  const auto best = BestOf(group);
  return best ? IchLr0El2::FromRaw(Get(*best)).vintid() : GicInterface::kSpurious;
}

std::uint32_t ListRegisters::Acknowledge(unsigned group) {
  if (!Signals(group)) return GicInterface::kSpurious;
  const unsigned n = *BestOf(group);
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
/// deactivated as well, an LPI always. Without an active priority nothing is counted, which is one
/// of the permitted choices.
void ListRegisters::End(unsigned group, std::uint32_t vintid) {
  if (IsSpecial(vintid)) return;
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
  if (vmcr.veoim() && vintid < kFirstLpi) return;
  const auto n = FindActive(vintid);
  if (!n) return CountLostEnd(vintid);
  const IchLr0El2 lr = IchLr0El2::FromRaw(Get(*n));
  const unsigned of = lr.group() ? 1 : 0;
  if (of == group && GroupPriority(of, lr.priority()) == dropped)
    SetState(*n, StateOf(lr) & ~kActive);
}

/// [gic] ICH_HCR_EL2.EOIcount counts deactivations that no list register holds, but for LPIs.
void ListRegisters::CountLostEnd(std::uint32_t vintid) {
  if (vintid >= kFirstLpi) return;
  const auto hcr = IchHcrEl2::FromRaw(pe_.Peek(RegisterId::kIchHcrEl2));
  const auto count = static_cast<std::uint8_t>(hcr.eoicount() + 1);
  pe_.Poke(RegisterId::kIchHcrEl2, hcr.eoicount(count).raw());
}

void ListRegisters::Deactivate(std::uint32_t vintid) {
  const auto vmcr = IchVmcrEl2::FromRaw(pe_.Peek(RegisterId::kIchVmcrEl2));
  if (!vmcr.veoim() || IsSpecial(vintid) || vintid >= kFirstLpi) return;
  const auto n = FindActive(vintid);
  if (!n) return CountLostEnd(vintid);
  SetState(*n, StateOf(IchLr0El2::FromRaw(Get(*n))) & ~kActive);
}

/// Leaving the active state deactivates the physical interrupt of the list register too.
void ListRegisters::SetState(unsigned n, std::uint64_t state) {
  const IchLr0El2 lr = IchLr0El2::FromRaw(Get(n));
  Set(n, WithState(lr, state).raw());
  const bool ends = (StateOf(lr) & kActive) != 0 && (state & kActive) == 0;
  if (ends && lr.hw()) pe_.DeactivateInterrupt(lr.pintid());
}

}  // namespace trivet::sim
