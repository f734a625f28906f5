// SPDX-License-Identifier: Apache-2.0 OR MIT
// Trivet's own vector table, and the one while EL2 executes an instruction that may fault.

#include "vectors/el2/vector_table.inc"

  // A page of its own, so that ADRP alone is its address: vectors/table.h.
  .section .text.trivet_vector_table, "ax"
  .balign 4096
  vector_table trivet_vector_table, tpidr

#include "vectors/el2/crash.inc"

// The vectors of one instruction that may fault: an AT for a guest (vectors/stage1_translation.cc), an access that may
// be UNDEFINED (security_state.S). D, A, I and F are masked and SP_EL2 is in use: one slot is taken, which stands
// behind the functions above.
  .section .text.trivet_vector_table, "ax"
  .set .L_skip_vectors, .L_trivet_vector_table + VECTOR_TABLE_SIZE
  .global trivet_skip_vectors
  .hidden trivet_skip_vectors
  .set trivet_skip_vectors, .L_skip_vectors
  .balignl 4 * VECTOR_SLOT_SIZE, BRK_UNUSED
  .org .L_skip_vectors + 4 * VECTOR_SLOT_SIZE
  // Synchronous, EL2 with SP_EL2: behind the instruction, with PAR_EL1.F set.
  stp x0, x1, [sp, #-16]!
  mrs x0, elr_el2
  add x0, x0, #4
  msr elr_el2, x0
  mov x0, #1
  msr par_el1, x0
  ldp x0, x1, [sp], #16
  return_from_exception
