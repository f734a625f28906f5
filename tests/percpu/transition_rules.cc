// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/percpu/transition_rules.h"

#include <algorithm>
#include <set>

#include "hal/backend.h"
#include "hal/registers.h"

namespace trivet::tests {
namespace {

using hal::RegisterId;
using Action = percpu::Plan::Action;
using Line = percpu::Plan::Line;

enum class Tlb { kStale, kInvalidated, kCompleted, kSeen };

/// Follows one list of actions.
class Follower {
 public:
  /// A list that does not write HCR_EL2 puts none of Trivet's registers in effect; one that does
  /// not write TPIDR_EL2 has vectors that do not use it.
  Follower(Direction direction, bool touches_hcr, bool touches_tpidr)
      : enabling_(direction == Direction::kEnable),
        touches_hcr_(touches_hcr),
        touches_tpidr_(touches_tpidr) {}

  void Follow(const Line& line) {
    switch (line.action) {
      case Action::kWrite: Write(line.register_id); break;
      case Action::kIsb: Synchronize(); break;
      case Action::kTlbi: Invalidate(line.tlbi); break;
      case Action::kDsb:
        if (tlb_ == Tlb::kInvalidated) tlb_ = Tlb::kCompleted;
        break;
    }
    Check();
  }

  std::set<std::string> Finish() {
    if (!pending_.empty()) broken_.insert("synchronized");
    if (tlb_ != Tlb::kSeen) broken_.insert("TLB");
    return broken_;
  }

 private:
  /// Another user of stage 2 may have had any VMID. [arm-arm] TLBI ALLE1.
  void Invalidate(hal::Tlbi operation) {
    const bool all = operation == hal::Tlbi::kAllE1 || operation == hal::Tlbi::kAllE1Is;
    if (!all) return;
    tlb_ = pending_.contains(RegisterId::kHcrEl2) ? Tlb::kStale : Tlb::kInvalidated;
  }
  void Write(RegisterId id) {
    written_.insert(id);
    // TPIDR_EL2 has no indirect readers: it has the value last written. [arm-arm] TPIDR_EL2.
    if (id != RegisterId::kTpidrEl2) pending_.insert(id);
    if (id == RegisterId::kHcrEl2) tlb_ = Tlb::kStale;
  }
  void Synchronize() {
    pending_.clear();
    if (tlb_ == Tlb::kCompleted) tlb_ = Tlb::kSeen;
  }

  bool MayBeNew(RegisterId id) const { return written_.contains(id); }
  bool MayBeOld(RegisterId id) const { return !written_.contains(id) || pending_.contains(id); }
  bool MayBeOurs(RegisterId id) const { return enabling_ ? MayBeNew(id) : MayBeOld(id); }
  bool MayBeTheHosts(RegisterId id) const { return enabling_ ? MayBeOld(id) : MayBeNew(id); }

  void Check() {
    const bool our_hcr = MayBeOurs(RegisterId::kHcrEl2) && touches_hcr_;
    if (our_hcr && (MayBeTheHosts(RegisterId::kVttbrEl2) || MayBeTheHosts(RegisterId::kVtcrEl2))) {
      broken_.insert("stage 2");
    }
    if (our_hcr && MayBeTheHosts(RegisterId::kVbarEl2)) broken_.insert("routing");
    if (touches_tpidr_ && MayBeOurs(RegisterId::kVbarEl2) && MayBeTheHosts(RegisterId::kTpidrEl2)) {
      broken_.insert("slot");
    }
  }

  const bool enabling_;
  const bool touches_hcr_;
  const bool touches_tpidr_;
  std::set<RegisterId> written_, pending_;
  Tlb tlb_ = Tlb::kStale;
  std::set<std::string> broken_;
};

}  // namespace

std::vector<std::string> BrokenRules(Direction direction, const std::vector<Line>& actions) {
  const auto touches = [&](RegisterId id) {
    return std::ranges::any_of(actions, [id](const Line& line) { return line.register_id == id; });
  };
  Follower follower(direction, touches(RegisterId::kHcrEl2), touches(RegisterId::kTpidrEl2));
  for (const Line& line : actions) follower.Follow(line);
  const std::set<std::string> broken = follower.Finish();
  return {broken.begin(), broken.end()};
}

}  // namespace trivet::tests
