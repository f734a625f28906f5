// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/firmware.h"

#include "platforms/runtime/machine.h"
#include "platforms/runtime/smc.h"

namespace trivet::platforms {

bool CallFirmware(std::span<std::uint64_t, 18> x) {
  if (!ThisMachine().has_psci) return false;
  CallBySmc(x);
  return true;
}

}  // namespace trivet::platforms
