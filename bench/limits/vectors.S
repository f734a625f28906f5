// SPDX-License-Identifier: Apache-2.0 OR MIT
// A vector table on a page of its own, so that ADRP alone gives its address. Interrupts are masked while
// it is installed; whatever comes all the same stays here until the runner's deadline shows it.

  .section .text.trivet_limit_vectors, "ax"
  .balign 4096
  .global trivet_limit_vectors
  .type trivet_limit_vectors, %object
trivet_limit_vectors:
  .rept   16
  .balign 0x80
  b       .
  .endr
  .balign 0x80
  .size trivet_limit_vectors, . - trivet_limit_vectors
