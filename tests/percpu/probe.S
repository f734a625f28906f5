// SPDX-License-Identifier: Apache-2.0 OR MIT
// A host vector table that records every register at entry, and exceptions with known registers to
// record.

#include "hal/el2/callee_saved.inc"
#include "tests/percpu/probe.h"

/// An exception from EL2. Stack: 16 bytes of SP_EL2's.
.macro recorded offset
  .org trivet_probe_vectors + \offset
  stp x0, x1, [sp, #-16]!
  mov x1, #\offset
  b trivet_probe_record
.endm

  .section .text.trivet_probe_vectors, "ax"
  .balign 2048
  .global trivet_probe_vectors
trivet_probe_vectors:
  .irp offset, 0x000, 0x080, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380
  recorded \offset
  .endr
  .irp offset, 0x400, 0x480, 0x500, 0x580, 0x600, 0x680, 0x700, 0x780
  .org trivet_probe_vectors + \offset
  b trivet_early_vectors + \offset
  .endr
  .org trivet_probe_vectors + 0x800

/// x2 to x29, from or to the record at x0: `instruction` is stp or ldp.
.macro each_recorded_pair instruction
  \instruction x2, x3, [x0, #PROBE_X + 8 * 2]
  \instruction x4, x5, [x0, #PROBE_X + 8 * 4]
  \instruction x6, x7, [x0, #PROBE_X + 8 * 6]
  \instruction x8, x9, [x0, #PROBE_X + 8 * 8]
  \instruction x10, x11, [x0, #PROBE_X + 8 * 10]
  \instruction x12, x13, [x0, #PROBE_X + 8 * 12]
  \instruction x14, x15, [x0, #PROBE_X + 8 * 14]
  \instruction x16, x17, [x0, #PROBE_X + 8 * 16]
  \instruction x18, x19, [x0, #PROBE_X + 8 * 18]
  \instruction x20, x21, [x0, #PROBE_X + 8 * 20]
  \instruction x22, x23, [x0, #PROBE_X + 8 * 22]
  \instruction x24, x25, [x0, #PROBE_X + 8 * 24]
  \instruction x26, x27, [x0, #PROBE_X + 8 * 26]
  \instruction x28, x29, [x0, #PROBE_X + 8 * 28]
.endm

.macro record_register register, offset
  mrs x1, \register
  str x1, [x0, #\offset]
.endm

/// In: x0 and x1 at SP, x1 = the slot's offset, everything else as at the exception. Returns from
/// the exception after trivet_probe_taken(), with every register as it was.
  .section .text.trivet_probe_record, "ax"
  .type trivet_probe_record, %function
trivet_probe_record:
  adrp x0, trivet_probe_recorded
  add x0, x0, :lo12:trivet_probe_recorded
  str x1, [x0, #PROBE_VECTOR]
  each_recorded_pair stp
  str x30, [x0, #PROBE_X + 8 * 30]
  ldp x2, x3, [sp], #16
  stp x2, x3, [x0, #PROBE_X]
  mov x1, sp
  str x1, [x0, #PROBE_SP]
  record_register sp_el0, PROBE_SP_EL0
  record_register elr_el2, PROBE_ELR
  record_register spsr_el2, PROBE_SPSR
  record_register esr_el2, PROBE_ESR
  record_register far_el2, PROBE_FAR
  record_register tpidr_el2, PROBE_TPIDR
  bl trivet_probe_taken
  adrp x0, trivet_probe_recorded
  add x0, x0, :lo12:trivet_probe_recorded
  each_recorded_pair ldp
  ldr x30, [x0, #PROBE_X + 8 * 30]
  ldp x0, x1, [x0, #PROBE_X]
  eret
  .size trivet_probe_record, . - trivet_probe_record

/// void probe(): with SPSel = `spsel`, x0 to x30 by PROBE_PATTERN and NZCV = 0b1010, executes
/// `trigger`. Masked before and after. Clobbers what AAPCS64 allows.
.macro probe name, spsel, trigger:vararg
  .section .text.\name, "ax"
  .global \name
  .type \name, %function
\name:
  save_callee_saved
  str x18, [sp, #CALLEE_SAVED_SPARE]
  mov x0, #0xa0000000
  msr nzcv, x0
  mov x0, sp
  sub x0, x0, #256
  msr sp_el0, x0
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
  mov x\n, #(PROBE_PATTERN_LOW + \n)
  movk x\n, #PROBE_PATTERN_HIGH, lsl #48
  .endr
  msr spsel, #\spsel
  \trigger
  isb
  msr daifset, #0xf
  msr spsel, #1
  ldr x18, [sp, #CALLEE_SAVED_SPARE]
  restore_callee_saved
  ret
  .size \name, . - \name
.endm

  probe trivet_probe_brk_sp0, 0, brk #PROBE_BRK_IMMEDIATE
  probe trivet_probe_brk_spx, 1, brk #PROBE_BRK_IMMEDIATE
  // The pattern is no physical address: a synchronous abort.
  probe trivet_probe_abort_sp0, 0, ldr xzr, [x7]
  probe trivet_probe_abort_spx, 1, ldr xzr, [x7]
  probe trivet_probe_unmask_sp0, 0, msr daifclr, #3
  probe trivet_probe_unmask_spx, 1, msr daifclr, #3
