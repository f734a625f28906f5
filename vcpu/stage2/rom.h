// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/status.h"
#include "vcpu/access.h"
#include "vcpu/stage2/guest_memory.h"

namespace trivet::vcpu {

/// Memory that a guest reads and executes but does not change: what a firmware that was built for
/// flash runs from. Stores have no effect; the commands of flash chips are not emulated. A device
/// that reads its IPA by DMA does not find it, unless an SMMU translates that access too.
struct Rom {
  std::uint64_t ipa = 0;  ///< Where the guest finds it.
  std::uint64_t pa = 0;
  std::uint64_t size = 0;  ///< 0: there is none. All three are multiples of 4096.

  /// Errors: those of GuestMemory::Map().
  Status MapIn(GuestMemory& memory) const {
    if (size == 0) return Status::kOk;
    return memory.Map(ipa, pa, size, {.permissions = {.write = false}});
  }
  /// Completes the exit of a store to it. False, and nothing done: another exit, or a store that
  /// the syndrome does not describe. The guest's Config has translates_faults: the exit is a
  /// permission fault.
  bool IgnoreStore(const Exit& exit, vectors::GuestFrame& frame) const {
    const auto access = Access::Of(exit);
    if (!access || !access->is_write || access->address - ipa >= size) return false;
    CompleteStore(frame);
    return true;
  }
};

}  // namespace trivet::vcpu
