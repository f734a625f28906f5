// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace trivet::runner::testing {

/// How many bytes of a thousand a bad line drops, changes, repeats and holds back.
struct FaultRates {
  int drop = 0;
  int change = 0;
  int repeat = 0;
  int delay = 0;
};

/// One direction of a bad line: the same seed makes the same faults.
class Faults {
 public:
  struct Passed {
    std::string bytes;  ///< what becomes of the byte
    int late_ms = 0;    ///< how much later it comes, and all after it
  };

  Faults(std::uint32_t seed, FaultRates rates) : random_(seed), rates_(rates) {}

  Passed Pass(char byte) {
    const int dice = static_cast<int>(random_() % 1000);
    int below = rates_.drop;
    if (dice < below) return Count({});
    if (dice < (below += rates_.change)) {
      return Count({.bytes = std::string(1, static_cast<char>(byte ^ (1 + random_() % 255)))});
    }
    if (dice < (below += rates_.repeat)) return Count({.bytes = std::string(2, byte)});
    if (dice < below + rates_.delay) {
      return Count({.bytes = std::string(1, byte), .late_ms = static_cast<int>(random_() % 300)});
    }
    return {.bytes = std::string(1, byte)};
  }

  long count() const { return count_; }

 private:
  Passed Count(Passed passed) {
    ++count_;
    return passed;
  }

  std::mt19937 random_;
  FaultRates rates_;
  long count_ = 0;
};

}  // namespace trivet::runner::testing
