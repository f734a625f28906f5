// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "tests/isolation/block.h"

/// The window of a guest that runs random blocks: its vectors, translation tables, data and code.
namespace trivet::tests {

inline constexpr std::uint64_t kDataOffset = 0x1000, kTablesOffset = 0x2000, kCodeOffset = 0x8000;
inline constexpr std::uint64_t kDataSize = 0x1000;

/// Writes all of it, as far as a guest has changed it, and the block's code, which ends in SVC.
/// Nothing of it is in the TLB afterwards.
void WriteHostileMemory(const Block& block);

/// Turns the loaded guest's own translation on: the window at its address, code executable at EL1
/// and EL0, data for both, vectors and tables for EL1.
void TurnGuestTranslationOn();

/// Whether a double word in [offset, offset + size) is a marker of the host's (host_registers.h).
bool FindMarker(std::uint64_t offset, std::uint64_t size);

}  // namespace trivet::tests
