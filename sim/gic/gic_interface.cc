// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/gic/gic_interface.h"

#include <bit>
#include <format>

#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

unsigned Checked(unsigned intid) {
  if (intid >= GicInterface::kIntids) {
    throw Violation(std::format("gic: INTID {} is not an SGI, PPI or SPI", intid));
  }
  return intid;
}

}  // namespace

void GicInterface::SetPending(unsigned intid) {
  const std::scoped_lock lock(mutex_);
  pending_.Set(Checked(intid), true);
}

void GicInterface::SetLine(unsigned intid, bool level) {
  const std::scoped_lock lock(mutex_);
  lines_.Set(Checked(intid), level);
}

void GicInterface::SetGroup(unsigned intid, unsigned group) {
  const std::scoped_lock lock(mutex_);
  group0_.Set(Checked(intid), group == 0);
}

void GicInterface::SetPriority(unsigned intid, std::uint8_t priority) {
  const std::scoped_lock lock(mutex_);
  priority_[Checked(intid)] = priority;
}

void GicInterface::SetEnabled(unsigned intid, bool enabled) {
  const std::scoped_lock lock(mutex_);
  disabled_.Set(Checked(intid), !enabled);
}

bool GicInterface::IsActive(unsigned intid) const {
  const std::scoped_lock lock(mutex_);
  return active_.Has(Checked(intid));
}

std::uint8_t GicInterface::RunningPriority() const {
  const std::scoped_lock lock(mutex_);
  return running_.empty() ? kIdlePriority : priority_[running_.back()];
}

/// The interrupts of `group` that could be signalled, of one word of IntidSet. Caller holds mutex_.
std::uint64_t GicInterface::Candidates(unsigned group, std::size_t word) const {
  const std::uint64_t group0 = group0_.Word(word);
  return (pending_.Word(word) | lines_.Word(word)) & ~active_.Word(word) & ~disabled_.Word(word) &
         (group == 0 ? group0 : ~group0);
}

/// The pending interrupt of `group` with the highest priority, lowest INTID first. Caller holds
/// mutex_.
std::uint32_t GicInterface::Best(unsigned group, const Controls& controls) const {
  std::uint32_t best = kSpurious;
  if (!controls.group_enable[group]) return best;
  unsigned highest = controls.priority_mask;  // A lower value is a higher priority.
  for (std::uint32_t words = pending_.Occupied() | lines_.Occupied(); words != 0;
       words &= words - 1) {
    const auto word = static_cast<std::size_t>(std::countr_zero(words));
    for (std::uint64_t left = Candidates(group, word); left != 0; left &= left - 1) {
      const auto intid = static_cast<std::uint32_t>(word * IntidSet::kWordBits +
                                                    static_cast<unsigned>(std::countr_zero(left)));
      if (priority_[intid] >= highest) continue;
      highest = priority_[intid];
      best = intid;
    }
  }
  return best;
}

bool GicInterface::Signals(unsigned group, const Controls& controls) const {
  const std::scoped_lock lock(mutex_);
  const std::uint32_t best = Best(group, controls);
  // Only a higher priority than the running one preempts.
  return best != kSpurious && (running_.empty() || priority_[best] < priority_[running_.back()]);
}

std::uint32_t GicInterface::HighestPending(unsigned group, const Controls& controls) const {
  const std::scoped_lock lock(mutex_);
  return Best(group, controls);
}

std::uint32_t GicInterface::Acknowledge(unsigned group, const Controls& controls) {
  if (!Signals(group, controls)) return kSpurious;
  const std::scoped_lock lock(mutex_);
  const std::uint32_t intid = Best(group, controls);
  pending_.Set(intid, false);
  active_.Set(intid, true);
  running_.push_back(intid);
  return intid;
}

void GicInterface::End(std::uint32_t intid) {
  if (intid >= kIntids) return;  // Ending a spurious interrupt does nothing.
  const std::scoped_lock lock(mutex_);
  if (running_.empty() || running_.back() != intid) {
    throw Violation(
        std::format("gic: end of INTID {}, which is not the one acknowledged last", intid));
  }
  running_.pop_back();
}

void GicInterface::Deactivate(std::uint32_t intid) {
  if (intid >= kIntids) return;
  const std::scoped_lock lock(mutex_);
  active_.Set(intid, false);
}

}  // namespace trivet::sim
