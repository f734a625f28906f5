// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::vectors {

/// Whether a table of Trivet's slots, not a chain table, stands at `base`.
bool IsTable(std::uint64_t base);

}  // namespace trivet::vectors
