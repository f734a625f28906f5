// SPDX-License-Identifier: Apache-2.0 OR MIT
// The shortest correct ways out of a guest and back, by hand: two vector tables, and entries to go with them.
// Exceptions that a benchmark does not make hang until the runner's deadline.
//
// In place: the registers a called function may change, and ELR_EL2 with SPSR_EL2, so that the function may be
// interrupted. Through a run loop: every register of the guest, and the ones the host keeps.

#define FRAME_SIZE (16 * 11)
#define FRAME_STATE (16 * 10)

.macro caller_saved_pairs instruction
  \instruction x2, x3, [sp, #16 * 1]
  \instruction x4, x5, [sp, #16 * 2]
  \instruction x6, x7, [sp, #16 * 3]
  \instruction x8, x9, [sp, #16 * 4]
  \instruction x10, x11, [sp, #16 * 5]
  \instruction x12, x13, [sp, #16 * 6]
  \instruction x14, x15, [sp, #16 * 7]
  \instruction x16, x17, [sp, #16 * 8]
  \instruction x18, x30, [sp, #16 * 9]
.endm

.macro callee_saved_pairs instruction
  \instruction x19, x20, [sp, #16 * 1]
  \instruction x21, x22, [sp, #16 * 2]
  \instruction x23, x24, [sp, #16 * 3]
  \instruction x25, x26, [sp, #16 * 4]
  \instruction x27, x28, [sp, #16 * 5]
  \instruction x29, x30, [sp, #16 * 6]
.endm

.macro guest_pairs instruction
  .irp n, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28
  guest_pair \instruction, \n
  .endr
.endm
.macro guest_pair instruction, n
  .altmacro
  guest_pair_of \instruction, \n, %(\n + 1)
  .noaltmacro
.endm
.macro guest_pair_of instruction, first, second
  \instruction x\first, x\second, [x0, #8 * \first]
.endm
#define GUEST_X30 (8 * 30)
#define GUEST_STATE (8 * 31)

.macro return_from_exception
  eret
  dsb nsh
  isb
.endm

.macro save_for_call
  stp x0, x1, [sp, #-FRAME_SIZE]!
  caller_saved_pairs stp
  mrs x0, elr_el2
  mrs x1, spsr_el2
  stp x0, x1, [sp, #FRAME_STATE]
.endm
.macro restore_after_call
  ldp x0, x1, [sp, #FRAME_STATE]
  msr elr_el2, x0
  msr spsr_el2, x1
  caller_saved_pairs ldp
  ldp x0, x1, [sp], #FRAME_SIZE
.endm

/// Everything of the guest into the frame whose address trivet_limit_enter left at SP.
.macro leave vector
  stp x0, x1, [sp, #-16]!
  ldr x0, [sp, #16]
  guest_pairs stp
  str x30, [x0, #GUEST_X30]
  b trivet_limit_leave_\vector
.endm

  .section .text.trivet_limit_world, "ax"
  .balign 2048
  .global trivet_limit_in_place
trivet_limit_in_place:
  .org trivet_limit_in_place + 0x280  // IRQ of EL2.
  save_for_call
  bl trivet_limit_take_irq
  restore_after_call
  return_from_exception
  .org trivet_limit_in_place + 0x400  // Synchronous, of EL1.
  save_for_call
  mrs x0, esr_el2
  bl trivet_limit_take_hvc
  b trivet_limit_verdict
  .org trivet_limit_in_place + 0x480  // IRQ of EL1.
  save_for_call
  bl trivet_limit_take_irq
  restore_after_call
  return_from_exception

  .org trivet_limit_in_place + 0x800
  .global trivet_limit_run_loop
trivet_limit_run_loop:
  .org trivet_limit_run_loop + 0x400
  leave 0
  .org trivet_limit_run_loop + 0x480
  leave 1
  .org trivet_limit_run_loop + 0x800

/// As TakeInterrupt() of bench/machine/el2/bench/guest_machine.h.
trivet_limit_take_irq:
  msr CNTHP_CTL_EL2, xzr
  isb
  ret

/// In: x0 = ESR_EL2. Out: condition EQ for HVC #0.
trivet_limit_take_hvc:
  mov w1, #0x5a000000
  cmp w0, w1
  ret

/// HVC #0 goes on; any other exit leaves, and the guest's registers are not read there.
trivet_limit_verdict:
  b.ne 1f
  restore_after_call
  return_from_exception
1:
  add sp, sp, #FRAME_SIZE
  b trivet_limit_return

.macro leave_tail vector
trivet_limit_leave_\vector:
  ldp x2, x3, [sp], #16
  stp x2, x3, [x0]
  mrs x2, elr_el2
  mrs x3, spsr_el2
  stp x2, x3, [x0, #GUEST_STATE]
  mov w0, #\vector
  callee_saved_pairs ldp
  ldp xzr, x18, [sp], #16 * 7
  ret
.endm
  leave_tail 0
  leave_tail 1

trivet_limit_return:
  callee_saved_pairs ldp
  ldp xzr, x18, [sp], #16 * 7
  ret

/// x0 = the guest's frame: x0 to x30, PC, PSTATE. Returns by a leave: w0 = the vector's number.
  .global trivet_limit_enter
trivet_limit_enter:
  stp x0, x18, [sp, #-16 * 7]!
  callee_saved_pairs stp
  ldp x1, x2, [x0, #GUEST_STATE]
  msr elr_el2, x1
  msr spsr_el2, x2
  guest_pairs ldp
  ldr x30, [x0, #GUEST_X30]
  ldp x0, x1, [x0]
  return_from_exception

/// x0 = the guest's frame. Runs the guest until its HVC #1, serving HVC #0 by nothing and IRQs by their handler.
  .global trivet_limit_run
trivet_limit_run:
  stp x30, x0, [sp, #-16]!
1:
  ldr x0, [sp, #8]
  bl trivet_limit_enter
  cbnz w0, 2f
  mrs x0, esr_el2
  tbz w0, #0, 1b
  ldp x30, x0, [sp], #16
  ret
2:
  bl trivet_limit_take_irq
  b 1b

/// The same for HVCs alone, each of them noted: a count by reason, and its PC, syndrome, reason and address in a ring.
/// x1 = the number of exits, 4 counts, 16 entries of four words.
#define LOG_COUNTS 8
#define LOG_ENTRIES (8 * 5)
  .global trivet_limit_run_logged
trivet_limit_run_logged:
  stp x30, x0, [sp, #-32]!
  str x1, [sp, #16]
1:
  ldr x0, [sp, #8]
  bl trivet_limit_enter
  ldp x1, x2, [sp, #8]
  ldr x1, [x1, #GUEST_STATE]
  mrs x3, esr_el2
  ldr x4, [x2]
  and x5, x4, #15
  add x5, x2, x5, lsl #5
  stp x1, x3, [x5, #LOG_ENTRIES]
  stp x0, xzr, [x5, #LOG_ENTRIES + 16]
  add x0, x2, x0, lsl #3
  ldr x5, [x0, #LOG_COUNTS]
  add x5, x5, #1
  str x5, [x0, #LOG_COUNTS]
  add x4, x4, #1
  stlr x4, [x2]
  tbz w3, #0, 1b
  ldp x30, x0, [sp], #32
  ret
