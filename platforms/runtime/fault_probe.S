// SPDX-License-Identifier: Apache-2.0 OR MIT
// One access that may fault.

  .section .text.trivet_probe, "ax"

// In:  x0 = an address; w1 = 0 to read a word there, 1 to write back what is there, 2 to call it. EL2, DAIF masked.
// Out: x0 = ESR_EL2 of the exception, or 0 when there was none.
  .global trivet_probe
  .type trivet_probe, %function
trivet_probe:
  stp     x29, x30, [sp, #-16]!
  mrs     x9, VBAR_EL2
  adrp    x10, .Lprobe_vectors
  add     x10, x10, :lo12:.Lprobe_vectors
  msr     VBAR_EL2, x10
  isb
  mov     x11, x0
  mov     x0, #0
  cmp     w1, #1
  b.lo    .Lread
  b.eq    .Lwrite
  blr     x11
  b       .Lprobed
.Lwrite:
  ldr     w12, [x11]
  str     w12, [x11]
  b       .Lprobed
.Lread:
  ldr     w12, [x11]
.Lprobed:
  msr     VBAR_EL2, x9
  isb
  ldp     x29, x30, [sp], #16
  ret
  .size trivet_probe, . - trivet_probe

  .balign 0x800
.Lprobe_vectors:
  .rept   0x200 / 4
  brk     #1
  .endr
  mrs     x0, ESR_EL2                   // synchronous, from EL2 with SP_EL2
  adr     x12, .Lprobed
  msr     ELR_EL2, x12
  eret
  dsb     nsh                           // no speculation past the ERET
  isb
  .balign 0x800
