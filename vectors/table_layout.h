// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>

/// The layout of every vector table of EL2. [arm-arm] "Exception vectors". vectors/offsets.def
/// gives the assembly the same numbers.
namespace trivet::vectors {

inline constexpr std::size_t kSlots = 16;
inline constexpr std::size_t kSlotSize = 128;
inline constexpr std::size_t kTableSize = kSlots * kSlotSize;

/// Synchronous, IRQ, FIQ, SError.
inline constexpr std::size_t kSlotsPerSource = 4;

/// The first slots are for exceptions from the current exception level, the others for lower ones.
inline constexpr std::size_t kOwnSlots = 8;
inline constexpr std::size_t kLowerElOffset = kOwnSlots * kSlotSize;

}  // namespace trivet::vectors
