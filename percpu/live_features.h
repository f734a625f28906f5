// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/feature.h"
#include "hal/register_info.h"

namespace trivet::percpu {

/// Whether the calling CPU has `feature`, by a table of hal/features.def's conditions: for features
/// that are not constants, where hal::Has() would be code for each of them. EL1 or above.
bool CpuHas(hal::Feature feature);

/// The calling CPU's ID register {3, 0, c0, CRm, op2} that a condition of hal/features.def or an
/// OFFER line of hal/regs/guest.def reads; 0 for another.
std::uint64_t ReadIdRegister(hal::Encoding encoding);

}  // namespace trivet::percpu
