// SPDX-License-Identifier: Apache-2.0 OR MIT
// Runs the freestanding library on the host, for its own tests.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "gtest/internal/platform.h"

namespace testing::internal {

void Write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

std::uint64_t NowMilliseconds() {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::steady_clock;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

unsigned ThisCpu() { return 0; }

std::string_view TestFilter() {
  const char* const filter = std::getenv("GTEST_FILTER");
  return filter == nullptr ? "" : filter;
}

}  // namespace testing::internal

int main() { return RUN_ALL_TESTS(); }
