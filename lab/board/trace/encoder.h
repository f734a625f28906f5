// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "lab/traces/trace_line.h"
#include "sim/instructions/instruction.h"

namespace trivet::lab::board::trace {

/// The A64 word of what `line` executes, which the simulator executes as `instruction`. Throws
/// sim::Violation when a mnemonic is not known.
std::uint32_t WordOf(const TraceLine& line, const sim::Instruction& instruction);

}  // namespace trivet::lab::board::trace
