// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <span>

namespace trivet::lab::board::trace {

/// What the host appended to this image; empty: nothing. Any time after main() began.
std::span<const unsigned char> Payload();

}  // namespace trivet::lab::board::trace
