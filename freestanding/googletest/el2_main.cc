// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gtest/internal/platform.h"
#include "platforms/image_lines.h"
#include "platforms/runtime/arguments.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/cpus.h"

namespace testing::internal {

void Write(std::string_view text) { trivet::platforms::ConsoleWrite(text); }

/// From the physical counter, which no guest offset moves. 0 where firmware left CNTFRQ_EL0 unset.
std::uint64_t NowMilliseconds() {
  std::uint64_t count, frequency;
  asm volatile("isb\n\tmrs %0, CNTPCT_EL0" : "=r"(count)::"memory");
  asm volatile("mrs %0, CNTFRQ_EL0" : "=r"(frequency));
  const std::uint64_t per_millisecond = frequency / 1000;
  return per_millisecond == 0 ? 0 : count / per_millisecond;
}

std::string_view TestFilter() {
  constexpr std::string_view kFlag = " --gtest_filter=";
  const std::string_view arguments = trivet::platforms::CommandLine();
  const std::size_t flag = arguments.find(kFlag);
  if (flag == std::string_view::npos) return {};
  const std::string_view value = arguments.substr(flag + kFlag.size());
  return value.substr(0, value.find(' '));
}

unsigned ThisCpu() { return trivet::platforms::ThisCpuIndex(); }

}  // namespace testing::internal

int main() {
  const int status = RUN_ALL_TESTS();
  trivet::platforms::ConsoleWrite(trivet::platforms::ResultLine(status == 0));
  return status;
}
