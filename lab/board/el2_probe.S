// SPDX-License-Identifier: Apache-2.0 OR MIT
// void trivet_conformance_probe(const El2Request*, El2Reading*): one experiment on this CPU's registers.
// In:  EL2, DAIF masked, translation as the runtime turned it on.
// Out: the reading stored, everything as before. Stack: 112 bytes, none of it touched during the experiment: translation
//      is off then, and so the written register cannot affect memory accesses, byte order or translation.

#include "hal/el2/callee_saved.inc"
#include "lab/board/el2_probe_offsets.h"

/// Calls the stub in x4 with x0; after an exception goes on at \resume with the ESR in x5.
.macro guarded_call resume
  mov     x5, xzr
  adr     x29, \resume
  blr     x4
.endm

  .section .text.trivet_conformance_probe, "ax"
  .global trivet_conformance_probe
  .type trivet_conformance_probe, %function
trivet_conformance_probe:
  save_callee_saved
  str     x1, [sp, #CALLEE_SAVED_SPARE]
  ldp     x19, x20, [x0, #REQUEST_STUB]        // MSR stub, value
  ldp     x21, x22, [x0, #REQUEST_COUNTERPART] // its MSR stub or 0, what turns the old value into the one that restores
  ldp     x23, x24, [x0, #REQUEST_HCR]         // HCR_EL2, CPTR_EL2
  ldr     x28, [x0, #REQUEST_WRITES]
  mrs     x25, HCR_EL2
  mrs     x26, VBAR_EL2
  mrs     x27, CPTR_EL2
  bl      trivet_translation_off
  adrp    x0, .Lvectors
  add     x0, x0, :lo12:.Lvectors
  msr     VBAR_EL2, x0
  msr     HCR_EL2, x23
  isb                                   // E2H chooses the layout of CPTR_EL2
  msr     CPTR_EL2, x24
  isb

  mov     x9, xzr                       // what it reads as
  mov     x10, xzr                      // what it reads as after the write
  mov     x7, xzr                       // ESR of the write
  add     x4, x19, #8
  guarded_call .Lread
  mov     x9, x0
.Lread:
  mov     x6, x5                        // ESR of the read
  cbz     x28, .Ldone
  bl      .Lprepare
  mov     x0, x20
  mov     x4, x19
  guarded_call .Lwritten
  isb
  add     x4, x19, #8
  guarded_call .Lwritten
  mov     x10, x0
  bl      .Lprepare
  eor     x0, x9, x22
  mov     x4, x19
  guarded_call .Lwritten
  isb
.Lwritten:
  mov     x7, x5

.Ldone:
  msr     HCR_EL2, x25
  isb
  msr     CPTR_EL2, x27
  msr     VBAR_EL2, x26
  isb
  bl      trivet_translation_on
  ldr     x1, [sp, #CALLEE_SAVED_SPARE]
  stp     x6, x7, [x1, #READING_ESR]
  stp     x9, x10, [x1, #READING_VALUE]
  restore_callee_saved
  ret

// Sets or clears all bits through the counterpart, if there is one.
.Lprepare:
  cbz     x21, .Lprepared
  mov     x11, x30
  mov     x0, #-1
  mov     x4, x21
  guarded_call .Lback
  isb
.Lback:
  mov     x30, x11
.Lprepared:
  ret
  .size trivet_conformance_probe, . - trivet_conformance_probe

// An exception of this level, with either stack pointer. What is not synchronous is masked: should one come, its slot is
// stored instead of a syndrome.
  .balign 0x800
.Lvectors:
  .set    offset, 0
  .rept   16
  .balign 0x80
  .if (offset & 0x180) == 0
  mrs     x5, ESR_EL2
  orr     x5, x5, #1 << 63              // not 0, whatever the syndrome
  .else
  mov     x5, #offset
  orr     x5, x5, #3 << 62
  .endif
  msr     ELR_EL2, x29
  eret
  dsb     nsh                           // no speculation past the ERET
  isb
  .set    offset, offset + 0x80
  .endr
  .balign 0x80
