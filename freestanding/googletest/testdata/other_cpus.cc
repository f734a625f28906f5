// SPDX-License-Identifier: Apache-2.0 OR MIT
// EL2 only. Assertions fail on every CPU at once: el2_console_test reads the console.

#include <gtest/gtest.h>

#include <atomic>

#include "platforms/runtime/cpus.h"

namespace {

using namespace trivet::platforms;  // NOLINT(google-build-using-namespace)

constexpr int kFailuresPerCpu = 25;
std::atomic<unsigned> finished = 0;

void FailRepeatedly(unsigned cpu, void*) {
  SCOPED_TRACE(cpu);
  for (int i = 0; i < kFailuresPerCpu; ++i) {
    EXPECT_EQ(cpu, 1000u) << "on CPU " << cpu;
  }
  finished.fetch_add(1, std::memory_order_release);
}

TEST(OtherCpus, FailTheTest) {
  for (unsigned cpu = 1; cpu < CpuCount(); ++cpu) {
    ASSERT_EQ(StartCpu(cpu, FailRepeatedly, nullptr), trivet::Status::kOk);
  }
  while (finished.load(std::memory_order_acquire) != CpuCount() - 1) {
  }
}

TEST(OtherCpus, DoNotFailTheNextTest) {}

}  // namespace
