// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <variant>

#include "tests/vgic/guest_program.h"
#include "tests/vgic/physical.h"
#include "vcpu/stage2.h"
#include "vgic/gic_v2_interface.h"

namespace trivet::tests {

/// A guest that has a GICv2's CPU interface in its memory: GICV, at its physical address.
struct WalkGicV2 {
  using Interface = vgic::GicV2Interface<>;

  static const platforms::GicV2& Machine() { return std::get<platforms::GicV2>(ThisController()); }
  static void MapInterface(vcpu::BlockStage2& stage2) {
    const std::uint64_t block = vcpu::BlockStage2::kBlockSize;
    const std::uint64_t base = Machine().virtual_cpu_interface / block * block;
    (void)stage2.Map(base, base, vcpu::MemoryType::kDevice);
  }
  template <class Walk>
  static void Open(Walk& walk, bool split_end) {
    Store(walk, kPmr, 0xf8);
    Store(walk, kCtlr, kBothGroups | kAckCtl | (split_end ? kSplitEnd : 0));
  }
  template <class Walk>
  static void EnableGroups(Walk& walk, const bool (&enabled)[2], bool split_end, unsigned) {
    Store(walk, kCtlr,
          (enabled[0] ? 1u : 0) | (enabled[1] ? 2u : 0) | kAckCtl | (split_end ? kSplitEnd : 0));
  }
  /// [gic2] GICV_IAR: with AckCtl it acknowledges both groups.
  template <class Walk>
  static std::uint64_t Acknowledge(Walk& walk, unsigned) {
    return walk.Guest(GuestOp::kLoad, 0, Machine().virtual_cpu_interface + kIar);
  }
  template <class Walk>
  static void End(Walk& walk, unsigned, std::uint32_t intid) {
    Store(walk, kEoir, intid);
  }
  /// GICV_DIR is on a page of its own. While an active interrupt has no list register, the host has
  /// it unmapped: here it calls the manager in the guest's place.
  template <class Walk>
  static void Deactivate(Walk& walk, std::uint32_t intid) {
    walk.manager().Deactivate(intid);
  }

 private:
  // [gic2] 5.5.
  static constexpr std::uint64_t kCtlr = 0x00, kPmr = 0x04, kIar = 0x0c, kEoir = 0x10;
  static constexpr std::uint32_t kBothGroups = 3, kAckCtl = 1u << 2, kSplitEnd = 1u << 9;

  template <class Walk>
  static void Store(Walk& walk, std::uint64_t offset, std::uint32_t value) {
    walk.Guest(GuestOp::kStore, value, Machine().virtual_cpu_interface + offset);
  }
};

}  // namespace trivet::tests
