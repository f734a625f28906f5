#include "sim/gic_interface.h"

#include <format>

#include "sim/violation.h"

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
  pending_.set(Checked(intid));
}

void GicInterface::SetLine(unsigned intid, bool level) {
  const std::scoped_lock lock(mutex_);
  lines_.set(Checked(intid), level);
}

void GicInterface::SetGroup(unsigned intid, unsigned group) {
  const std::scoped_lock lock(mutex_);
  group0_.set(Checked(intid), group == 0);
}

void GicInterface::SetPriority(unsigned intid, std::uint8_t priority) {
  const std::scoped_lock lock(mutex_);
  priority_[Checked(intid)] = priority;
}

void GicInterface::SetEnabled(unsigned intid, bool enabled) {
  const std::scoped_lock lock(mutex_);
  disabled_.set(Checked(intid), !enabled);
}

bool GicInterface::IsActive(unsigned intid) const {
  const std::scoped_lock lock(mutex_);
  return active_.test(Checked(intid));
}

std::uint8_t GicInterface::RunningPriority() const {
  const std::scoped_lock lock(mutex_);
  return running_.empty() ? kIdlePriority : priority_[running_.back()];
}

/// The pending interrupt of `group` with the highest priority, lowest INTID first. Caller holds
/// mutex_.
std::uint32_t GicInterface::Best(unsigned group, const Controls& controls) const {
  std::uint32_t best = kSpurious;
  if (!controls.group_enable[group]) return best;
  const std::bitset<kIntids> candidates =
      (pending_ | lines_) & ~active_ & ~disabled_ & (group == 0 ? group0_ : ~group0_);
  if (candidates.none()) return best;
  for (unsigned intid = 0; intid < kIntids; ++intid) {
    if (!candidates.test(intid) || priority_[intid] >= controls.priority_mask) continue;
    if (best == kSpurious || priority_[intid] < priority_[best]) best = intid;
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
  pending_.reset(intid);
  active_.set(intid);
  running_.push_back(intid);
  return intid;
}

void GicInterface::End(std::uint32_t intid, const Controls& controls) {
  if (intid >= kIntids) return;  // Ending a spurious interrupt does nothing.
  {
    const std::scoped_lock lock(mutex_);
    if (running_.empty() || running_.back() != intid) {
      throw Violation(
          std::format("gic: end of INTID {}, which is not the one acknowledged last", intid));
    }
    running_.pop_back();
  }
  if (!controls.split_end) Deactivate(intid);
}

void GicInterface::Deactivate(std::uint32_t intid) {
  if (intid >= kIntids) return;
  const std::scoped_lock lock(mutex_);
  active_.reset(intid);
}

}  // namespace trivet::sim
