// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace trivet::sim {

/// What an indirect reader sees of a write that no context synchronization event has completed.
enum class Strategy : std::uint8_t {
  kAllOld,      ///< The value before the write.
  kAllNew,      ///< The written value.
  kRandom,      ///< Either, by a seeded generator.
  kExhaustive,  ///< Either, one combination per run: see ForEveryChoice().
};

/// Chooses the old or the new value, one read at a time.
class Chooser {
 public:
  void Use(Strategy strategy, std::uint64_t seed = 1) {
    strategy_ = strategy;
    random_ = seed | 1;
    script_.clear();
    next_ = 0;
  }
  Strategy strategy() const { return strategy_; }

  /// True: the reader sees the new value.
  bool SeesNew();

  /// Exhaustive: starts the next run over the same software; false when every combination was seen.
  /// Throws Violation beyond kMostChoices questions in one run.
  bool NextRun();

  static constexpr unsigned kMostChoices = 12;

 private:
  Strategy strategy_ = Strategy::kAllOld;
  std::uint64_t random_ = 1;
  std::vector<bool> script_;
  std::size_t next_ = 0;
};

}  // namespace trivet::sim
