// SPDX-License-Identifier: Apache-2.0 OR MIT
// The early vectors. Until an image installs its own table every exception is a bug: no state is saved, and no exception
// returns.

#include "platforms/runtime/registers.inc"

  .macro  early_slot number
  .balign 0x80
  mov     x0, #\number
  b       .Lreport
  .endm

  .section .text.trivet_early_vectors, "ax"
  .balign 0x800
  .global trivet_early_vectors
trivet_early_vectors:
  .set    slot, 0
  .rept   16
  early_slot slot
  .set    slot, slot + 1
  .endr
  .balign 0x80

// The first CPU here reports on an emergency stack, since its own may have overflowed, and powers the machine off; the
// others wait for that.
// In:  x0 = slot number; stack unknown; DAIF masked by the exception.
.Lreport:
  mov     w3, #1
  mrs     x1, SCTLR_EL2
  tbz     x1, #SCTLR_EL2_M_SHIFT, .Lmmu_off
  adrp    x1, trivet_report_claimed
  add     x1, x1, :lo12:trivet_report_claimed
.Lclaim:
  ldaxr   w2, [x1]
  cbnz    w2, .Lwait
  stxr    w2, w3, [x1]
  cbnz    w2, .Lclaim
  adrp    x1, trivet_emergency_stack_end
  add     x1, x1, :lo12:trivet_emergency_stack_end
  b       .Lon_emergency_stack
// With the MMU off: exclusives are not for Device memory, and no cache may hold a line of the stack, so it is another one.
.Lmmu_off:
  adrp    x1, trivet_uncached_claimed
  add     x1, x1, :lo12:trivet_uncached_claimed
  ldr     w2, [x1]
  cbnz    w2, .Lwait
  str     w3, [x1]
.Lon_emergency_stack:
  mov     sp, x1
  mrs     x1, ESR_EL2
  mrs     x2, ELR_EL2
  mrs     x3, FAR_EL2
  b       trivet_report_exception
.Lwait:
  wfe
  b       .Lwait

  .section .bss.trivet_emergency_stack, "aw", %nobits
  .balign 16
trivet_emergency_stack:
  .skip   4096
trivet_emergency_stack_end:
trivet_report_claimed:
  .skip   4

// On pages of its own, which the tables do not map, so that no cache ever holds a line of it.
  .section .bss.trivet_uncached, "aw", %nobits
  .balign 4096
  .global trivet_uncached_start
trivet_uncached_start:
  .skip   4096 - 16
trivet_uncached_claimed:                // the stack grows down from here
  .skip   16
  .global trivet_uncached_end
trivet_uncached_end:
