// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/cpu_id.h"
#include "vectors/chain_table.h"
#include "vectors/cpu_slot.h"

namespace trivet::tests {

/// A callback host: its handlers acknowledge the interrupt and count it for the CPU that took it.
struct TestHost {
  struct Counts {
    unsigned irqs = 0;
    unsigned fiqs = 0;
    unsigned serrors = 0;
    vectors::CpuSlot* last_slot = nullptr;  ///< What the latest handler was called with.
  };

  static vectors::Handlers HandlersFor(CpuId cpu);
  static std::uint64_t PhysicalAddressOf(const void* address);

  /// The calling CPU's counts.
  static Counts& Here();
};

/// A pass-through host: its vectors are the machine's own table.
struct PassThroughTestHost {
  static vectors::ChainPlace ChainPlaceFor(CpuId cpu);
  static std::uint64_t PhysicalAddressOf(const void* address);
};

/// A host without one of the handlers.
struct ForgetfulHost {
  static vectors::Handlers HandlersFor(CpuId cpu);
};

}  // namespace trivet::tests
