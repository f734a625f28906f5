// SPDX-License-Identifier: Apache-2.0 OR MIT
// Operations that may take a synchronous exception, and return after it.
// Each: In:  EL2 or EL1, DAIF masked, SPSel 1, MMU on or off; x0 = what to do, x1 = where to store the result.
//       Out: x0 = 1 and the result stored, or 0 after a synchronous exception. VBAR as before. An SError stays pending.
//       Stack: 48 bytes. Clobbers what a function call may.

#include "platforms/runtime/registers.inc"

/// Begins a function whose next instruction is guarded. x20: VBAR as before, x21: where an exception continues.
.macro guarded_begin name
  .section .text.\name, "ax"
  .global \name
  .type \name, %function
\name:
  stp     x29, x30, [sp, #-48]!
  mov     x29, sp
  stp     x19, x20, [sp, #16]
  stp     x21, x22, [sp, #32]
  mov     x19, x1
  adrp    x9, .Lguard_vectors
  add     x9, x9, :lo12:.Lguard_vectors
  mrs     x22, CurrentEL
  cmp     x22, #AT_EL1
  b.eq    .L\name\()_at_el1
  mrs     x20, VBAR_EL2
  msr     VBAR_EL2, x9
  b       .L\name\()_guarded
.L\name\()_at_el1:
  mrs     x20, VBAR_EL1
  msr     VBAR_EL1, x9
.L\name\()_guarded:
  isb
  adr     x21, .L\name\()_failed
.endm

/// Ends it, with the result in x0.
.macro guarded_end name
  dsb     sy
  str     x0, [x19]
  mov     x19, #1
  b       .L\name\()_done
.L\name\()_failed:
  mov     x19, #0
.L\name\()_done:
  cmp     x22, #AT_EL1
  b.eq    .L\name\()_leave_el1
  msr     VBAR_EL2, x20
  b       .L\name\()_leave
.L\name\()_leave_el1:
  msr     VBAR_EL1, x20
.L\name\()_leave:
  isb
  mov     x0, x19
  ldp     x21, x22, [sp, #32]
  ldp     x19, x20, [sp, #16]
  ldp     x29, x30, [sp], #48
  ret
  .size \name, . - \name
.endm

/// x0: the address of a 32-bit word.
guarded_begin trivet_guarded_load
  ldr     w0, [x0]
guarded_end trivet_guarded_load

/// x0: a semihosting operation whose parameter is 0. [semihosting] 3: HLT 0xf000.
guarded_begin trivet_guarded_semihosting
  mov     x1, xzr
  hlt     #0xf000
guarded_end trivet_guarded_semihosting

/// x0: a function of the firmware without parameters. [smccc] DEN 0028: x4 to x17 may change.
guarded_begin trivet_guarded_smc
  smc     #0
guarded_end trivet_guarded_smc

// Only a synchronous exception of this level comes here: the guarded instruction's, or the store of its result.
  .section .text.trivet_guard_vectors, "ax"
  .balign 0x800
.Lguard_vectors:
  .set    offset, 0
  .rept   16
  .balign 0x80
  .if offset == 0x200                   // [arm-arm] D1.3.1: synchronous, current EL with SP_ELx
  cmp     x22, #AT_EL1
  b.eq    .Lresume_at_el1
  msr     ELR_EL2, x21
  b       .Lresume
.Lresume_at_el1:
  msr     ELR_EL1, x21
.Lresume:
  eret
  dsb     nsh                           // no speculation past the ERET
  isb
  .else
  b       trivet_early_vectors + offset
  .endif
  .set    offset, offset + 0x80
  .endr
  .balign 0x80
