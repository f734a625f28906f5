#pragma once

#include <cstdint>

namespace trivet::vectors {

/// The value for VBAR_EL2: the table's address, 2 KiB aligned, the same on every CPU. On the
/// simulator, the address at which the simulated slots stand. Any exception level, any CPU.
std::uint64_t TableBase();

}  // namespace trivet::vectors
