// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef GATE_H
#define GATE_H

/// The gate's frame, at SP_EL2 while this CPU's EL2 is the image's.
#define GATE_SCTLR (8 * 33)
#define GATE_FRAME_SIZE (8 * 38)

#define GATE_STACK_SIZE 0x4000

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <trivet.h>

/// EL1's registers, and what of EL2 its host had before the gate.
struct gate {
  trivet_frame el1;
  uint64_t sctlr, tcr, mair, ttbr0, sp;
};
_Static_assert(offsetof(struct gate, sctlr) == GATE_SCTLR, "gate.S");
_Static_assert(sizeof(struct gate) == GATE_FRAME_SIZE, "gate.S");
#endif

#endif
