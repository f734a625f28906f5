// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "platforms/machine/description.h"

namespace trivet::platforms {

/// Takes every CPU that cannot be started off the list but the first, which is the boot CPU, with a
/// line that names it and says why: one without a method, one that PSCI does not know, and one that
/// does not leave its spin table. Once, on the boot CPU at EL2.
void KeepCpusThatStart(Description& machine);

}  // namespace trivet::platforms
