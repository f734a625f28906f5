// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/isolation/access.h"
#include "tests/isolation/sweep.h"

/// The accesses that a guest performs, of all that it can encode.
namespace trivet::tests {

struct Level {
  const char* name;
  std::uint64_t pstate;
};
inline constexpr Level kLevels[] = {{"EL1", kAtEl1}, {"EL0", kAtEl0}};
inline constexpr unsigned kLevelCount = 2;

struct PerformedAccess {
  Access access = Access(0);
  Outcome outcome = Outcome::kOther;
  std::uint64_t value = 0;  ///< What it read; of a write what x0 held.
};

/// What became of each access at one level.
class Classification {
 public:
  /// Makes every access in a new guest with the capabilities `open`.
  void Fill(IsolationRig& rig, const Level& level, hal::Capabilities open);

  unsigned count(Outcome outcome, bool is_read) const {
    return counts_[is_read ? 1 : 0][static_cast<unsigned>(outcome)];
  }
  /// Those that were not trapped or UNDEFINED, reads before writes.
  const PerformedAccess* begin() const { return performed_; }
  const PerformedAccess* end() const { return performed_ + size_; }

 private:
  void Add(const PerformedAccess& access);

  static constexpr std::size_t kMost = 1024;
  unsigned counts_[2][kOutcomes] = {};
  std::size_t size_ = 0;
  PerformedAccess performed_[kMost];
};

}  // namespace trivet::tests
