// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::tests {

/// Whose values registers have: the host's, or those of one of two guests.
enum class Owner : std::uint8_t { kHost, kFirst, kSecond };

}  // namespace trivet::tests
