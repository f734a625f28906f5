#pragma once

#include <cstdint>

/// Values of multi-bit fields. Names and encodings are the manual's.
namespace trivet::hal {

/// HCR_EL2.BSU: the least shareability of barriers executed at EL1 and EL0.
enum class BarrierShareability : std::uint8_t { kNoEffect = 0, kInner = 1, kOuter = 2, kFull = 3 };

}  // namespace trivet::hal
