// SPDX-License-Identifier: Apache-2.0 OR MIT
// Exceptions with known registers, and tables that send a guest's exit to any slot.

#include "hal/el2/callee_saved.inc"

/// x0 to x30 = \base + n.
.macro pattern base
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
  mov x\n, #(\base + \n)
  .endr
.endm

/// void NAME(): a synchronous exception of EL2 with SPSel = \spsel, the patterns of the C++ test in x0 to x30,
/// FAR_EL2, HPFAR_EL2 and NZCV, and an SP_EL2 and SP_EL0 that point nowhere. BRK at NAME_brk.
.macro crash name, spsel
  .section .text.\name, "ax"
  .global \name, \name\()_brk
\name:
  mov x0, #0xdead0000
  mov sp, x0
  mov x0, #0xbeef0000
  msr sp_el0, x0
  mov x0, #0xfa0000
  msr far_el2, x0
  mov x0, #0x4bf0
  msr hpfar_el2, x0
  mov x0, #0x60000000
  msr nzcv, x0
  pattern 0x1000
  msr spsel, #\spsel
  isb
\name\()_brk:
  brk #(0x77 + \spsel)
.endm
  crash trivet_test_crash_sp0, 0
  crash trivet_test_crash_spx, 1

/// void NAME(): what the slot at \offset does after an exception from EL2 with SPSR_EL2 = \spsr and x0 to x30 by
/// pattern, of another base for each: the stack has the last one's. Writes what it leaves to trivet_test_registers.
.macro forged name, offset, spsr, base
  .section .text.\name, "ax"
  .global \name
\name:
  save_callee_saved
  str x18, [sp, #CALLEE_SAVED_SPARE]
  adr x0, 1f
  msr elr_el2, x0
  mov x0, #(\spsr & 0xffff)
  movk x0, #(\spsr >> 16), lsl #16
  msr spsr_el2, x0
  pattern \base
  b trivet_vector_table + \offset
1:
  msr spsel, #1
  stp x0, x1, [sp, #-16]!
  adrp x0, trivet_test_registers
  add x0, x0, :lo12:trivet_test_registers
  .irp n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
  str x\n, [x0, #(8 * \n)]
  .endr
  mrs x1, nzcv
  str x1, [x0, #(8 * 31)]
  mrs x1, daif
  str x1, [x0, #(8 * 32)]
  ldp x1, x2, [sp], #16
  stp x1, x2, [x0]
  ldr x18, [sp, #CALLEE_SAVED_SPARE]
  restore_callee_saved
  ret
.endm
// D, A, I and F masked; another NZCV for each.
  forged trivet_test_irq_sp0, 0x080, 0x100003c8, 0x2100
  forged trivet_test_fiq_sp0, 0x100, 0x200003c8, 0x2200
  forged trivet_test_serror_sp0, 0x180, 0x300003c8, 0x2300
  forged trivet_test_irq_spx, 0x280, 0x400003c9, 0x2400
  forged trivet_test_fiq_spx, 0x300, 0x500003c9, 0x2500
  forged trivet_test_serror_spx, 0x380, 0x600003c9, 0x2600

/// std::uint32_t trivet_test_enter(GuestFrame*): EnterGuest, called with x18 to x29 by pattern. Writes what it leaves
/// of them there.
  .section .text.trivet_test_enter, "ax"
  .global trivet_test_enter
trivet_test_enter:
  save_callee_saved
  str x18, [sp, #CALLEE_SAVED_SPARE]
  .irp n, 18,19,20,21,22,23,24,25,26,27,28,29
  mov x\n, #(0x4000 + \n)
  .endr
  bl TrivetEnterGuest
  mov w0, w1
  adrp x1, trivet_test_registers
  add x1, x1, :lo12:trivet_test_registers
  .irp n, 18,19,20,21,22,23,24,25,26,27,28,29
  str x\n, [x1, #(8 * \n)]
  .endr
  ldr x18, [sp, #CALLEE_SAVED_SPARE]
  restore_callee_saved
  ret

/// A guest: changes x0 to x30, each by another number, and leaves; then again.
  .section .text.trivet_test_counting_guest, "ax"
  .balign 64
  .global trivet_test_counting_guest
trivet_test_counting_guest:
  .rept 4
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
  add x\n, x\n, #(0x100 + \n)
  .endr
  hvc #1
  .endr
  brk #0

/// Vector tables, 2 KiB each: table k takes a synchronous exception from EL1 to slot 8 + k of Trivet's.
  .section .text.trivet_test_redirecting_tables, "ax"
  .balign 2048
  .global trivet_test_redirecting_tables
trivet_test_redirecting_tables:
  .irp k, 0,1,2,3,4,5,6,7
  .org trivet_test_redirecting_tables + 2048 * \k + 0x400
  b trivet_vector_table + 0x400 + 128 * \k
  .org trivet_test_redirecting_tables + 2048 * (\k + 1)
  .endr

/// void trivet_test_clobber(): what a called function may change, x18 and the exception's registers with it.
  .section .text.trivet_test_clobber, "ax"
  .global trivet_test_clobber
trivet_test_clobber:
  msr elr_el2, xzr
  msr spsr_el2, xzr
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18
  mov x\n, #(0x3000 + \n)
  .endr
  msr nzcv, xzr
  ret
