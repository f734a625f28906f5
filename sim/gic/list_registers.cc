#include "sim/gic/list_registers.h"

#include "hal/registers.h"

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

std::optional<unsigned> ListRegisters::Running() const {
  std::optional<unsigned> running;
  for (unsigned n = 0; n < Count(); ++n) {
    const IchLr0El2 lr = IchLr0El2::FromRaw(Get(n));
    if ((StateOf(lr) & kActive) == 0) continue;
    if (!running || lr.priority() < IchLr0El2::FromRaw(Get(*running)).priority()) running = n;
  }
  return running;
}

std::uint8_t ListRegisters::RunningPriority() const {
  const auto running = Running();
  return running ? IchLr0El2::FromRaw(Get(*running)).priority() : GicInterface::kIdlePriority;
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
    if (lr.priority() >= vmcr.vpmr()) continue;
    if (!best || lr.priority() < IchLr0El2::FromRaw(Get(*best)).priority()) best = n;
  }
  return best;
}

bool ListRegisters::Signals(unsigned group) const {
  const auto best = Best(group);
  return best && IchLr0El2::FromRaw(Get(*best)).priority() < RunningPriority();
}

std::uint32_t ListRegisters::HighestPending(unsigned group) const {
  const auto best = Best(group);
  return best ? IchLr0El2::FromRaw(Get(*best)).vintid() : GicInterface::kSpurious;
}

std::uint32_t ListRegisters::Acknowledge(unsigned group) {
  if (!Signals(group)) return GicInterface::kSpurious;
  const unsigned n = *Best(group);
  const IchLr0El2 lr = IchLr0El2::FromRaw(Get(n));
  Set(n, WithState(lr, kActive).raw());
  return lr.vintid();
}

std::optional<unsigned> ListRegisters::FindActive(std::uint32_t vintid) const {
  for (unsigned n = 0; n < Count(); ++n) {
    const IchLr0El2 lr = IchLr0El2::FromRaw(Get(n));
    if (lr.vintid() == vintid && (StateOf(lr) & kActive) != 0) return n;
  }
  return std::nullopt;
}

void ListRegisters::End(std::uint32_t vintid) {
  const auto vmcr = IchVmcrEl2::FromRaw(pe_.Peek(RegisterId::kIchVmcrEl2));
  if (!vmcr.veoim()) return Deactivate(vintid);
}

void ListRegisters::Deactivate(std::uint32_t vintid) {
  const auto n = FindActive(vintid);
  if (!n) {
    // [gic] ICH_HCR_EL2.EOIcount counts ends that no list register holds.
    const auto hcr = IchHcrEl2::FromRaw(pe_.Peek(RegisterId::kIchHcrEl2));
    pe_.Poke(RegisterId::kIchHcrEl2,
             hcr.eoicount(static_cast<std::uint8_t>(hcr.eoicount() + 1)).raw());
    return;
  }
  const IchLr0El2 lr = IchLr0El2::FromRaw(Get(*n));
  Set(*n, WithState(lr, StateOf(lr) & ~kActive).raw());
  if (lr.hw()) pe_.gic().Deactivate(lr.pintid());
}

}  // namespace trivet::sim
