// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string_view>

#include "sim/instructions/instruction.h"

namespace trivet::lab {

/// The instruction that a trace spells `name`, for example "ldr x5,[x1]" or "dc_civac"; immediates
/// are added by the caller. Throws Violation for a name outside the closed set.
sim::Instruction FindMnemonic(std::string_view name);

}  // namespace trivet::lab
