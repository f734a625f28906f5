// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "freestanding/text/text.h"

/// What the test library needs from where it runs: linked in by
/// //freestanding/googletest:gtest_main at EL2 and by the host-side tests of the library.
namespace testing::internal {

using trivet::text::Sink;
using trivet::text::Text;

/// Puts text on the console. Called from any CPU and from interrupt handlers.
void Write(std::string_view text);

/// Milliseconds since some fixed point.
std::uint64_t NowMilliseconds();

/// Index of the calling CPU, 0 for the boot CPU.
unsigned ThisCpu();

/// Straight to the console.
class ConsoleSink final : public Sink {
 public:
  void Put(std::string_view text) override { Write(text); }
};

/// The value of --gtest_filter; empty: every test runs.
std::string_view TestFilter();

}  // namespace testing::internal
