// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <thread>

#include "tools/runner/testing/faults.h"

namespace trivet::runner::testing {

/// A serial cable in a thread of its own: between a pseudo-terminal's master and what reads and
/// writes two other files, with faults in both directions.
class Bridge {
 public:
  Bridge(int master, int to_board, int from_board, FaultRates rates = {}, std::uint32_t seed = 1);
  ~Bridge();
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

 private:
  void Run();
  /// False when there is nothing more to come.
  bool Carry(int from, int to, Faults& faults);

  int master_, to_board_, from_board_;
  Faults there_, back_;
  bool spoken_ = false;  ///< the board has
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace trivet::runner::testing
