// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "tests/isolation/block.h"
#include "tests/isolation/rig.h"

/// A guest that executes blocks of random instructions, and what is checked after each exit.
namespace trivet::tests {

/// How often each kind of exit ended a run.
struct ExitCounts {
  static constexpr unsigned kClasses = 64;
  std::uint64_t by_class[kClasses] = {};  ///< Exits, by ESR_EL2.EC.
  std::uint64_t in_guest[kClasses] = {};  ///< Exceptions to its own EL1, by ESR_EL1.EC.
  std::uint64_t watchdog = 0, serror = 0, aarch32 = 0, refused = 0;
  std::uint64_t exits() const;
};

/// What is wrong after an exit; null: nothing.
using Fault = const char*;

class HostileGuest {
 public:
  /// `rig`: enabled; `open`: the guest's capabilities.
  HostileGuest(IsolationRig& rig, hal::Capabilities open) : rig_(rig), open_(open) {}

  /// Runs the block in a new guest to its end, or to kMostExits.
  Fault Run(const Block& block);
  const ExitCounts& counts() const { return counts_; }

 private:
  enum class Next : bool { kEnd, kResume };

  void Load(const Block& block);
  Next Follow(const IsolationRig::Stop& stop);
  Next FollowException();
  Next Skip();
  Fault Check();

  static constexpr unsigned kMostExits = 48;
  IsolationRig& rig_;
  hal::Capabilities open_;
  std::uint64_t pstate_ = 0;
  ExitCounts counts_;
};

}  // namespace trivet::tests
