// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "vectors/chain_table.h"

/// The instructions of a chain table. [arm-arm] "A64 Base Instructions".
namespace trivet::vectors {

inline constexpr std::uint32_t kBranchOpcode = 0x1400'0000;        ///< B, imm26 in words.
inline constexpr std::uint32_t kBranchImmediate = 0x03ff'ffff;     ///< Its imm26.
inline constexpr std::uint32_t kPushX0X1 = 0xa9bf'07e0;            ///< STP X0, X1, [SP, #-16]!
inline constexpr std::uint32_t kLoadX0ThreeWordsOn = 0x5800'0060;  ///< LDR X0, .+12
inline constexpr std::uint32_t kBranchX0 = 0xd61f'0000;            ///< BR X0
inline constexpr std::uint32_t kBreak = 0xd420'0000;               ///< BRK #0: never reached.

inline constexpr std::size_t kWordsPerSlot = kSlotSize / sizeof(std::uint32_t);

/// Makes the written table visible to this CPU's instruction fetch. One per environment.
void SynchronizeChainTable(const ChainPlace& place);

}  // namespace trivet::vectors
