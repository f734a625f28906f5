// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/registers.h"
#include "hal/status.h"
#include "vcpu/stage2/descriptor.h"

namespace trivet::vcpu {

/// A stage 2 of one table: up to 512 blocks of 1 GiB, enough to start a guest. The object is the
/// table: 4096 bytes, 4096-byte aligned.
class alignas(4096) BlockStage2 {
 public:
  static constexpr std::uint64_t kBlockSize = std::uint64_t{1} << 30;

  /// Maps the block at `ipa` to `pa`, readable, writable and executable; both multiples of
  /// kBlockSize. A mapping made while a guest uses the table needs no TLB maintenance; changing one
  /// does (break before make). Errors: kInvalidArgument for misaligned or out-of-range addresses.
  Status Map(std::uint64_t ipa, std::uint64_t pa, MemoryType type);

  /// VTCR_EL2 for this table on the calling CPU. At EL1 or above.
  static hal::VtcrEl2 vtcr();
  /// VTTBR_EL2 for this table at physical address `table_pa`.
  static hal::VttbrEl2 vttbr(std::uint64_t table_pa, std::uint16_t vmid);

 private:
  std::uint64_t blocks_[512] = {};
};

}  // namespace trivet::vcpu
