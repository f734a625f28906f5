// The vector table of EL2. [arm-arm] "Exception vectors"; VBAR_EL2.

#include "vectors/el2/macros.inc"
#include "vectors/el2/slots.inc"

  // A page of its own, so that ADRP alone is its address: vectors/table.h.
  .section .text.trivet_vector_table, "ax"
  .balign 4096
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
  exit_slot 0x400, EXIT_SYNCHRONOUS, GUEST_ON_SYNCHRONOUS
  exit_slot 0x480, EXIT_IRQ, GUEST_ON_IRQ
  exit_slot 0x500, EXIT_FIQ, GUEST_ON_FIQ
  exit_slot 0x580, EXIT_SERROR, GUEST_ON_SERROR
  // EL1 or EL0, AArch32.
  exit_slot 0x600, EXIT_SYNCHRONOUS_AARCH32
  exit_slot 0x680, EXIT_IRQ_AARCH32
  exit_slot 0x700, EXIT_FIQ_AARCH32
  exit_slot 0x780, EXIT_SERROR_AARCH32
.L_table_end:
  .if (.L_table_end - .L_table) != VECTOR_TABLE_SIZE
    .error "the vector table does not have all its slots"
  .endif
  .size trivet_vector_table, VECTOR_TABLE_SIZE

/// A hook returned kResume. In: an InPlaceExit at SP. In the table's section: CBZ reaches 1 MiB.
begin_function trivet_resume_guest, .text.trivet_vector_table
  pop_in_place_exit
  ldp x0, x1, [sp], #16
  return_from_exception
end_function

/// The second half of an exit slot. In: x0 = frame, w1 = exit vector, the guest's other registers as at exit,
/// its x0 and x1 at SP, below EnterGuest's frame. Returns to EnterGuest's caller.
/// In the table's section, as above.
begin_function trivet_leave_guest, .text.trivet_vector_table
  each_pair_from_x2 stp, x0, GUEST_X
  str x30, [x0, #GUEST_X + 8 * 30]
  ldp x2, x3, [sp], #16
  stp x2, x3, [x0, #GUEST_X]
  mrs x2, elr_el2
  mrs x3, spsr_el2
  stp x2, x3, [x0, #GUEST_PC]
  each_callee_saved_pair ldp
  ldp xzr, x18, [sp], #ENTER_FRAME_SIZE
  ret
end_function
