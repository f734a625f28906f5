// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::platforms {

/// Start of one CPU without firmware that could be called: it waits for its own word of memory,
/// which is 8-byte aligned, to become an address, and jumps there. [devicetree] Devicetree
/// Specification 0.4, 3.8.1, "spin-table".
struct SpinTable {
  static constexpr unsigned kMaxCpus = 16;

  std::uintptr_t release_address;  ///< Physical address of the CPU's word or mailbox.
  std::uint64_t affinity;          ///< The CPU's.

  /// The CPU leaves its spin table for the image's own, where it waits for CpuOn(). Once per CPU;
  /// by one CPU. False: kMaxCpus have been called.
  bool Call() const;
  /// The same of a CPU that waits by the parking protocol ([parking] Multi-processor Startup for
  /// ARM Platforms 1.0): until its mailbox has its `number` and an address, and an interrupt wakes
  /// it, which the caller sends.
  bool CallParked(std::uint32_t number) const;
  /// Whether it has come: a CPU may not be there, or not look at its word. Any CPU may call.
  bool HasArrived() const;
  /// The CPU, which has arrived, starts at `entry` (physical) at the Exception level where it
  /// waits, MMU off, with `context` in x0. Returns 0. Once per CPU; any CPU may call.
  std::int64_t CpuOn(std::uint64_t entry, std::uint64_t context) const;
};

}  // namespace trivet::platforms
