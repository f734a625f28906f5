// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <variant>

#include "hal/status.h"
#include "platforms/machine/description.h"
#include "vgic/gic_v2_interface.h"
#include "vgic/gic_v3_interface.h"

namespace trivet::vgic {

/// Calls `use` with the virtual CPU interface of the machine's interrupt controller, a
/// GicV3Interface or a GicV2Interface<>, and returns the Status that it returns. At EL2 of a CPU of
/// the machine; a GICv2's registers are mapped at their physical addresses. Errors, `use` not
/// called: kUnsupportedFeature (the machine has no GIC, a GICv2 without GICH, or a GICv3 whose
/// system registers the CPU lacks), kUnsupportedHost (ICC_SRE_EL2.SRE is clear).
template <class Use>
Status WithInterface(const platforms::InterruptController& controller, Use use) {
  const auto try_with = [&use](const auto& interface) {
    const Result<Implementation> has = interface.Query();
    return has ? use(interface) : has.error();
  };
  if (std::holds_alternative<platforms::GicV3>(controller)) return try_with(GicV3Interface());
  const auto* const v2 = std::get_if<platforms::GicV2>(&controller);
  if (v2 == nullptr) return Status::kUnsupportedFeature;
  return try_with(GicV2Interface<>(v2->virtual_control, v2->cpu_interface, v2->page_stride));
}

}  // namespace trivet::vgic
