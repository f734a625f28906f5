// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "tests/vgic/guest_program.h"
#include "vcpu/stage2.h"
#include "vgic/gic_v3_interface.h"

namespace trivet::tests {

/// A guest that has a GICv3's CPU interface.
struct WalkGicV3 {
  using Interface = vgic::GicV3Interface;

  static void MapInterface(vcpu::BlockStage2&) {}
  template <class Walk>
  static void Open(Walk& walk, bool split_end) {
    walk.Guest(GuestOp::kControl, split_end ? 2 : 0);
    walk.Guest(GuestOp::kMask, 0xf8);
    walk.Guest(GuestOp::kEnable0, 1);
    walk.Guest(GuestOp::kEnable1, 1);
  }
  template <class Walk>
  static void EnableGroups(Walk& walk, const bool (&enabled)[2], bool, unsigned changed) {
    const GuestOp op = changed == 0 ? GuestOp::kEnable0 : GuestOp::kEnable1;
    walk.Guest(op, enabled[changed] ? 1 : 0);
  }
  template <class Walk>
  static std::uint64_t Acknowledge(Walk& walk, unsigned group) {
    return walk.Guest(group == 0 ? GuestOp::kAcknowledge0 : GuestOp::kAcknowledge1);
  }
  template <class Walk>
  static void End(Walk& walk, unsigned group, std::uint32_t intid) {
    walk.Guest(group == 0 ? GuestOp::kEnd0 : GuestOp::kEnd1, intid);
  }
  template <class Walk>
  static void Deactivate(Walk& walk, std::uint32_t intid) {
    walk.Guest(GuestOp::kDeactivate, intid);
  }
};

}  // namespace trivet::tests
