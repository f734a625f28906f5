// SPDX-License-Identifier: Apache-2.0 OR MIT
// Trivet's own vector table.

#include "vectors/el2/vector_table.inc"

  // A page of its own, so that ADRP alone is its address: vectors/table.h.
  .section .text.trivet_vector_table, "ax"
  .balign 4096
  vector_table trivet_vector_table, tpidr
