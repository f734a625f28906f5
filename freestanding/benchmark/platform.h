// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string_view>

/// What the runner needs from where it runs; el2_platform.cc on a CPU, a fake in the runner's own
/// tests.
namespace benchmark::internal {

/// Puts text on the console.
void Write(std::string_view text);

/// What the counters of this CPU can say.
struct Capabilities {
  bool counts_instructions = false;
  std::string_view why_not;            ///< When it does not count instructions.
  std::uint64_t ticks_per_second = 0;  ///< Of Counts::ticks; 0 when unknown.
  std::uint64_t midr = 0;              ///< MIDR_EL1: which CPU this is.
};

/// Starts the counters of the calling CPU. Again before each benchmark: what is measured may own
/// EL2.
Capabilities StartCounters();

/// Returns when every other CPU that waits for an event sleeps. An emulator that runs all CPUs in
/// one thread counts all their instructions as this CPU's: one that was woken and not yet run would
/// look for its work, and go back to sleep, in the middle of what is counted.
void LetWokenCpusSleep();

}  // namespace benchmark::internal
