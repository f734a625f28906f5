// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::tests {

/// The upper bits of every value of the host's that a guest must not see: one that computes them by
/// chance is improbable.
inline constexpr std::uint64_t kMarker = 0xc5d2'9e37'6b41'0000;
inline constexpr std::uint64_t kMarkerMask = 0xffff'ffff'ffff'0000;
constexpr bool IsMarker(std::uint64_t value) { return (value & kMarkerMask) == kMarker; }

}  // namespace trivet::tests
