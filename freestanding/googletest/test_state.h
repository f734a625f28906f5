// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>

namespace testing::internal {

/// What the running test (or, between tests, its suite) has done so far. Assertions on any CPU and
/// in interrupt handlers set the flags with plain stores; the boot CPU reads them after the test.
struct TestState {
  std::atomic<bool> failed_nonfatally = false;
  std::atomic<bool> failed_fatally = false;
  std::atomic<bool> skipped = false;
  std::atomic<unsigned> fatal_failures = 0;

  bool failed() const {
    return failed_nonfatally.load(std::memory_order_relaxed) ||
           failed_fatally.load(std::memory_order_relaxed);
  }
  void Clear() {
    failed_nonfatally.store(false, std::memory_order_relaxed);
    failed_fatally.store(false, std::memory_order_relaxed);
    skipped.store(false, std::memory_order_relaxed);
  }
};

extern TestState test_state;

}  // namespace testing::internal
