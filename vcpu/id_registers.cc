// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vcpu/id_registers.h"

#include "hal/guest_view.h"
#include "percpu/live_features.h"

namespace trivet::vcpu {
namespace {

/// [arm-arm] HCR_EL2.TID3: {op0, op1, CRn} == {3, 0, 0}, CRm 1 to 7.
constexpr bool IsIdRegister(hal::Encoding e) {
  return e.op0 == 3 && e.op1 == 0 && e.crn == 0 && e.crm >= 1 && e.crm <= 7;
}

}  // namespace

std::optional<std::uint64_t> OfferedIdRegister(hal::Encoding encoding, hal::Capabilities open) {
  if (!IsIdRegister(encoding)) return std::nullopt;
  return hal::OfferedId(encoding, percpu::ReadIdRegister(encoding), open);
}

}  // namespace trivet::vcpu
