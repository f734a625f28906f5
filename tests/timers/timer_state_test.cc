// SPDX-License-Identifier: Apache-2.0 OR MIT
// Levels and deadlines of saved timers, against a counter that counts.

#include "vgic/timers/timer_state.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace trivet::vgic {
namespace {

constexpr std::uint64_t kMost = ~std::uint64_t{0};

/// [arm-arm] TimerConditionMet: unsigned, of 64 bits, by a counter that is read as the guest does.
bool IsMet(const TimerState& timer, std::uint64_t count) {
  const auto guest = static_cast<std::uint64_t>(count - timer.offset);
  return guest >= timer.compare;
}

TEST(TimerState, IsAssertedWhileTheConditionHoldsAndItIsOn) {
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{7}, kMost - 2, kMost / 2}) {
    for (const std::uint64_t compare : {std::uint64_t{0}, std::uint64_t{5}, kMost - 1, kMost}) {
      for (std::uint64_t step = 0; step < 24; ++step) {
        const std::uint64_t count = offset + compare + step - 12;
        for (unsigned control = 0; control < 8; ++control) {
          const TimerState timer = {.control = control, .compare = compare, .offset = offset};
          const bool on = (control & 3) == 1;
          EXPECT_EQ(timer.IsAsserted(count), on && IsMet(timer, count));
          EXPECT_EQ(timer.Deadline(count).has_value() && !on, false);
        }
      }
    }
  }
}

TEST(TimerState, TheDeadlineIsTheFirstCountThatAssertsIt) {
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{7}, kMost - 2}) {
    for (std::uint64_t compare = 0; compare < 40; ++compare) {
      const TimerState timer = {.control = 1, .compare = compare, .offset = offset};
      for (std::uint64_t count = offset; count != offset + 40; ++count) {
        if (count < offset) break;  // It wrapped.
        const auto deadline = timer.Deadline(count);
        if (!deadline) {
          EXPECT_GT(compare - (count - offset), kMost - count);
          continue;
        }
        EXPECT_GE(*deadline, count);
        EXPECT_TRUE(timer.IsAsserted(*deadline));
        for (std::uint64_t before = count; before < *deadline; ++before) {
          EXPECT_FALSE(timer.IsAsserted(before));
        }
      }
    }
  }
}

TEST(TimerState, WhatTheCounterDoesNotReachHasNoDeadline) {
  const TimerState timer = {.control = 1, .compare = kMost, .offset = 5};
  EXPECT_FALSE(timer.Deadline(100));
  const TimerState reached = {.control = 1, .compare = kMost, .offset = 0};
  EXPECT_EQ(reached.Deadline(100), kMost);
}

}  // namespace
}  // namespace trivet::vgic
