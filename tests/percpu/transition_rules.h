// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <vector>

#include "percpu/plan.h"

namespace trivet::tests {

/// The direction of a list of actions: from the host's registers to Trivet's, or back.
enum class Direction { kEnable, kDisable };

/// The rule that a list of actions breaks, or empty. A direct write may be seen or not until a
/// context synchronization event; a rule is broken when any visible mixture of old and new values
/// breaks it.
///
///   stage 2        VM is not seen with a VTCR_EL2 or VTTBR_EL2 other than Trivet's
///   slot           Trivet's vectors are not seen with another TPIDR_EL2, where they use it
///   routing        Trivet's HCR_EL2 is not seen with other vectors
///   TLB            TLBI of every VMID, DSB, ISB in order, with no HCR_EL2 write pending at the
///   TLBI or later synchronized   nothing is pending at the end
std::vector<std::string> BrokenRules(Direction direction,
                                     const std::vector<percpu::Plan::Line>& actions);

}  // namespace trivet::tests
