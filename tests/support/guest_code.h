// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/status.h"
#include "vcpu/stage2.h"

namespace trivet::tests {

/// Code that a guest executes at EL1 under a BlockStage2.
class GuestCode {
 public:
  /// `place`: its physical address.
  explicit constexpr GuestCode(std::uint64_t place) : place_(place) {}

  /// Its address as the guest sees it: a machine's memory may lie beyond what a BlockStage2 maps.
  constexpr std::uint64_t entry() const { return place_ % (512 * kBlock); }
  /// Maps the block around it.
  Status Map(vcpu::BlockStage2& stage2) const {
    const std::uint64_t offset = place_ % kBlock;
    return stage2.Map(entry() - offset, place_ - offset, vcpu::MemoryType::kNormal);
  }

 private:
  static constexpr std::uint64_t kBlock = vcpu::BlockStage2::kBlockSize;
  std::uint64_t place_;
};

}  // namespace trivet::tests
