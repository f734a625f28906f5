#pragma once

#include <cstddef>
#include <span>

namespace trivet::conformance::trace {

/// What the host appended to this image; empty: nothing. Any time after main() began.
std::span<const unsigned char> Payload();

}  // namespace trivet::conformance::trace
