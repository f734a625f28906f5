// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/capability.h"

namespace trivet::percpu {

/// Makes EL2 as EL1 needs it that runs without a hypervisor, or goes on without one after
/// LeaveOnCpu() if this came before HardwareEnable(): AArch64, no stage 2, no interrupt or call
/// routed to EL2 but HVC, vectors in their full lengths, VMID 0. What has the capabilities `open`,
/// which this CPU has, works there; no control traps anything. On this CPU at EL2, not enabled;
/// interrupts masked, since EL2 does not receive them any more. Keeps HCR_EL2.E2H, VBAR_EL2, the
/// identification registers and the counter's offset.
void OpenToEl1(hal::Capabilities open);

}  // namespace trivet::percpu
