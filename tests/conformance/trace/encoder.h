#pragma once

#include <cstdint>

#include "sim/instructions/instruction.h"
#include "sim/replay/trace_line.h"

namespace trivet::conformance::trace {

/// The A64 word of what `line` executes, `instruction` being the simulator's idea of it. Throws
/// sim::Violation when a mnemonic is not known.
std::uint32_t WordOf(const sim::TraceLine& line, const sim::Instruction& instruction);

}  // namespace trivet::conformance::trace
