// SPDX-License-Identifier: Apache-2.0 OR MIT
// The vectors of the test host: IRQ and FIQ of its own level are handled, everything else goes to the early
// vectors, which report and power off.

/// In: an IRQ or FIQ from EL2. Out: everything as it was. Stack: 192 bytes of the interrupted one.
.macro handled offset, function
  .org trivet_test_host_vectors + \offset
  sub sp, sp, #192
  stp x0, x1, [sp, #0]
  stp x2, x3, [sp, #16]
  stp x4, x5, [sp, #32]
  stp x6, x7, [sp, #48]
  stp x8, x9, [sp, #64]
  stp x10, x11, [sp, #80]
  stp x12, x13, [sp, #96]
  stp x14, x15, [sp, #112]
  stp x16, x17, [sp, #128]
  stp x18, x30, [sp, #144]
  bl \function
  ldp x2, x3, [sp, #16]
  ldp x4, x5, [sp, #32]
  ldp x6, x7, [sp, #48]
  ldp x8, x9, [sp, #64]
  ldp x10, x11, [sp, #80]
  ldp x12, x13, [sp, #96]
  ldp x14, x15, [sp, #112]
  ldp x16, x17, [sp, #128]
  ldp x18, x30, [sp, #144]
  ldp x0, x1, [sp], #192
  eret
.endm

.macro reported offset
  .org trivet_test_host_vectors + \offset
  b trivet_early_vectors + \offset
.endm

  .section .text.trivet_test_host_vectors, "ax"
  .balign 2048
  .global trivet_test_host_vectors
trivet_test_host_vectors:
  reported 0x000
  reported 0x080
  reported 0x100
  reported 0x180
  reported 0x200
  handled 0x280, trivet_test_host_irq
  handled 0x300, trivet_test_host_fiq
  reported 0x380
  reported 0x400
  reported 0x480
  reported 0x500
  reported 0x580
  reported 0x600
  reported 0x680
  reported 0x700
  reported 0x780
  .org trivet_test_host_vectors + 0x800
