// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "freestanding/benchmark/counts.h"
#include "hal/cpu.h"

/// The counters of this CPU. Inlined into the measured loop, so that reading them costs the same
/// few instructions everywhere; the runner measures that cost and takes it off.
namespace benchmark::internal {

/// A difference of two readings. PMEVCNTR0_EL0 has 32 bits before FEAT_PMUv3p5.
inline Counts Elapsed(const Counts& from, const Counts& to) {
  Counts elapsed = to - from;
  elapsed.instructions &= 0xffff'ffff;
  return elapsed;
}

/// First in a region: the instruction counter is read last.
[[gnu::always_inline]] inline void ReadAtStart(Counts& counts) {
  using trivet::hal::Cpu;
  Cpu::Isb();
  counts.ticks = static_cast<std::int64_t>(Cpu::Read<trivet::hal::CntpctEl0>().raw());
  counts.cycles = static_cast<std::int64_t>(Cpu::Read<trivet::hal::PmccntrEl0>().raw());
  counts.instructions = static_cast<std::int64_t>(Cpu::Read<trivet::hal::Pmevcntr0El0>().raw());
}

/// Last in a region: the instruction counter is read first.
[[gnu::always_inline]] inline void ReadAtEnd(Counts& counts) {
  using trivet::hal::Cpu;
  Cpu::Isb();
  counts.instructions = static_cast<std::int64_t>(Cpu::Read<trivet::hal::Pmevcntr0El0>().raw());
  counts.cycles = static_cast<std::int64_t>(Cpu::Read<trivet::hal::PmccntrEl0>().raw());
  counts.ticks = static_cast<std::int64_t>(Cpu::Read<trivet::hal::CntpctEl0>().raw());
}

/// One SUB whatever surrounds it: the compiler can neither unroll nor transform the loop it counts.
[[gnu::always_inline]] inline void CountDown(std::int64_t& remaining, std::int64_t by) {
  asm volatile("sub %0, %0, %1" : "+r"(remaining) : "rI"(by));
}

}  // namespace benchmark::internal
