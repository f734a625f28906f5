// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <variant>

#include "hal/status.h"
#include "platforms/machine/description.h"
#include "vgic/partition/gic_v2.h"
#include "vgic/partition/gic_v3.h"

namespace trivet::vgic {

/// Calls `use.template operator()<GuestGic>(gic)` with the kind of GuestGic that this machine's
/// guests have, and its `GuestGic::Physical`. kUnsupportedFeature, and `use` not called: no GICv3,
/// and no GICv2 with GICH. Errors: those of `use`.
template <class Use>
Status WithGuestGic(const platforms::InterruptController& controller, Use use) {
  if (const auto* v3 = std::get_if<platforms::GicV3>(&controller)) {
    return use.template operator()<GuestGicV3<>>(*v3);
  }
  const auto* v2 = std::get_if<platforms::GicV2>(&controller);
  if (v2 == nullptr || v2->virtual_control == 0) return Status::kUnsupportedFeature;
  return use.template operator()<GuestGicV2<>>(*v2);
}

}  // namespace trivet::vgic
