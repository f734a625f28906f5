#pragma once

#include <cstdint>

namespace trivet::vectors {

/// [arm-arm] "Exception vectors": 16 slots of 128 bytes, exceptions from a lower level from 0x400
/// up.
inline constexpr std::uint64_t kTableSize = 0x800;
inline constexpr std::uint64_t kLowerElOffset = 0x400;

}  // namespace trivet::vectors
