// SPDX-License-Identifier: Apache-2.0 OR MIT
// The vectors while EL2 executes an AT for a guest: vectors/stage1_translation.cc.

#include "vectors/el2/macros.inc"

  .section .text.trivet_translation_vectors, "ax"
  .balign VECTOR_TABLE_SIZE
  .global trivet_translation_vectors
  .hidden trivet_translation_vectors
trivet_translation_vectors:
  .fill (4 * VECTOR_SLOT_SIZE) / 4, 4, BRK_UNUSED
  // Synchronous, EL2 with SP_EL2: behind the AT, with PAR_EL1.F set.
  stp x0, x1, [sp, #-16]!
  mrs x0, elr_el2
  add x0, x0, #4
  msr elr_el2, x0
  mov x0, #1
  msr par_el1, x0
  ldp x0, x1, [sp], #16
  return_from_exception
  .fill (VECTOR_TABLE_SIZE - (. - trivet_translation_vectors)) / 4, 4, BRK_UNUSED
