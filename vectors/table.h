// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "vectors/selected_table.h"

namespace trivet::vectors {

/// The value for VBAR_EL2: the table's address, 2 KiB aligned, the same on every CPU. On the
/// simulator, the address at which the simulated slots stand. Any exception level, any CPU.
[[gnu::always_inline]] inline std::uint64_t TableBase() { return SelectedTableBase(); }

}  // namespace trivet::vectors
