#pragma once

#include <cstdint>

namespace trivet::platforms {

/// CPU bring-up without firmware that could be called: each CPU waits for its own word of memory to
/// become an address, and jumps there. [devicetree] Devicetree Specification 0.4, 3.8.1,
/// "spin-table". For boards whose MPIDR_EL1.Aff0 numbers the CPUs, up to 8 of them.
struct SpinTable {
  std::uintptr_t release_addresses;  ///< Physical address of the first CPU's word; 8 bytes each.

  /// The CPU with this affinity starts at `entry` (physical) at the Exception level where it waits,
  /// MMU off, with `context` in x0. Returns 0. Once per CPU; any CPU may call, its MMU off.
  std::int64_t CpuOn(std::uint64_t affinity, std::uint64_t entry, std::uint64_t context) const;
};

}  // namespace trivet::platforms
