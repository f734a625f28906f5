// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/pe/strategy.h"

#include <format>

#include "sim/pe/violation.h"

namespace trivet::sim {

bool Chooser::SeesNew() {
  switch (strategy_) {
    case Strategy::kAllOld: return false;
    case Strategy::kAllNew: return true;
    case Strategy::kRandom:
      // xorshift64: reproducible from the seed on every host.
      random_ ^= random_ << 13;
      random_ ^= random_ >> 7;
      random_ ^= random_ << 17;
      return (random_ & 1) != 0;
    case Strategy::kExhaustive: break;
  }
  if (next_ == script_.size()) {
    if (script_.size() == kMostChoices) {
      throw Violation(std::format(
          "strategy: more than {} reads of unsynchronized writes in one run", kMostChoices));
    }
    script_.push_back(false);
  }
  return script_[next_++];
}

bool Chooser::NextRun() {
  next_ = 0;
  // Counts in binary, newest choice fastest: drop the trailing choices "new", flip the last
  // "old".
  while (!script_.empty() && script_.back()) script_.pop_back();
  if (script_.empty()) return false;
  script_.back() = true;
  return true;
}

}  // namespace trivet::sim
