// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

/// The gate's frame, at SP_EL2 while this CPU's EL2 is the image's.
#define GATE_PC (8 * 31)
#define GATE_SCTLR (8 * 33)
#define GATE_MAIR (8 * 35)
#define GATE_SP (8 * 37)
#define GATE_FRAME_SIZE (8 * 38)

#define GATE_STACK_SIZE 0x4000

#ifndef __ASSEMBLER__
#include <cstddef>
#include <cstdint>

namespace late {

/// EL1's registers, and what of EL2 its host had before the gate.
struct alignas(16) Gate {
  std::uint64_t x[31];
  std::uint64_t pc, pstate;
  std::uint64_t sctlr, tcr, mair, ttbr0, sp;
};
static_assert(offsetof(Gate, pc) == GATE_PC && offsetof(Gate, sctlr) == GATE_SCTLR);
static_assert(offsetof(Gate, mair) == GATE_MAIR && offsetof(Gate, sp) == GATE_SP);
static_assert(sizeof(Gate) == GATE_FRAME_SIZE);

}  // namespace late
#endif
