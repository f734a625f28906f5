// The vector table of EL2. [arm-arm] "Exception vectors"; VBAR_EL2.

#include "vectors/el2/macros.inc"

/// IRQ, FIQ or SError of the host's own level: call the CPU's handler and return to where it was taken.
/// In: anything. Out: everything as it was. Stack: 176 bytes of the interrupted one. DAIF masked throughout,
/// unless the handler unmasks: ELR_EL2 and SPSR_EL2 are saved, so it may.
.macro host_slot offset, handler
  begin_slot \offset
  stp x0, x1, [sp, #-HOST_FRAME_SIZE]!
  each_caller_saved_pair stp
  mrs x0, elr_el2
  mrs x1, spsr_el2
  stp x0, x1, [sp, #HOST_FRAME_STATE]
  mrs x0, tpidr_el2
  ldr x1, [x0, #\handler]
  blr x1
  ldp x0, x1, [sp, #HOST_FRAME_STATE]
  msr elr_el2, x0
  msr spsr_el2, x1
  each_caller_saved_pair ldp
  ldp x0, x1, [sp], #HOST_FRAME_SIZE
  return_from_exception
  end_slot
.endm

/// Anything from EL1 or EL0: save the general registers in the guest's frame, whose address EnterGuest left
/// at SP, and go back to EnterGuest's caller with the vector's number.
.macro exit_slot offset, vector
  begin_slot \offset
  stp x0, x1, [sp, #-16]!
  ldr x0, [sp, #16]
  each_pair_from_x2 stp, x0, GUEST_X
  mov w1, #\vector
  b trivet_leave_guest
  end_slot
.endm

/// A synchronous exception of EL2 itself: a bug. The stack may be the cause, so nothing is pushed: x0 waits in
/// TPIDRRO_EL0 until the page is found. A crash inside the fatal handler parks here.
.macro crash_slot offset
  begin_slot \offset
  msr tpidrro_el0, x0
  mrs x0, tpidr_el2
  str x1, [x0, #CPU_SCRATCH]
  ldr x1, [x0, #CPU_CRASHES]
  add x1, x1, #1
  str x1, [x0, #CPU_CRASHES]
  cmp x1, #1
  b.ne trivet_park
  mov x1, #\offset
  b trivet_crash
  end_slot
.endm

  .section .text.trivet_vector_table, "ax"
  .balign VECTOR_TABLE_SIZE
  .global trivet_vector_table
  .hidden trivet_vector_table
  .type trivet_vector_table, %object
trivet_vector_table:
.L_table:
  // EL2 with SP_EL0.
  crash_slot 0x000
  host_slot 0x080, CPU_IRQ
  host_slot 0x100, CPU_FIQ
  host_slot 0x180, CPU_SERROR
  // EL2 with SP_EL2.
  crash_slot 0x200
  host_slot 0x280, CPU_IRQ
  host_slot 0x300, CPU_FIQ
  host_slot 0x380, CPU_SERROR
  // EL1 or EL0, AArch64.
  exit_slot 0x400, 0
  exit_slot 0x480, 1
  exit_slot 0x500, 2
  exit_slot 0x580, 3
  // EL1 or EL0, AArch32.
  exit_slot 0x600, 4
  exit_slot 0x680, 5
  exit_slot 0x700, 6
  exit_slot 0x780, 7
.L_table_end:
  .if (.L_table_end - .L_table) != VECTOR_TABLE_SIZE
    .error "the vector table is not 2 KiB"
  .endif
  .size trivet_vector_table, VECTOR_TABLE_SIZE
