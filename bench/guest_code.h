// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

/// The guest of the benchmarks: three pairs of instructions at EL1, on every target.
///
///     0x00 hvc #0                   0x04 hvc #1
///     0x08 mrs x3, ID_AA64PFR0_EL1  0x0c hvc #1
///     0x10 ldr x5, [x1]             0x14 hvc #1
///
/// The first of a pair is what a benchmark is about, the second ends its pass: started at the
/// second, the guest does everything else that it does started at the first.
namespace trivet::bench {

inline constexpr std::uint64_t kHvcPair = 0x00, kMrsPair = 0x08, kLoadPair = 0x10;
inline constexpr std::uint64_t kSecondOfPair = 4;
inline constexpr unsigned kMrsTarget = 3, kLoadTarget = 5, kLoadAddress = 1;
inline constexpr std::uint16_t kNullHvc = 0, kLastHvc = 1;
inline constexpr std::uint64_t kUnmappedIpa = 0xc000'0120;

}  // namespace trivet::bench
