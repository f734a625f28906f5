// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "sim/instructions/instruction.h"

namespace trivet::lab {

/// The instruction that `word` encodes in AArch64 state. Knows what sim/instructions/instruction.h
/// can express, no more: throws Violation for any other word.
sim::Instruction DecodeA64(std::uint32_t word);

/// The same for A32 instructions, executed unconditionally.
sim::Instruction DecodeA32(std::uint32_t word);

}  // namespace trivet::lab
