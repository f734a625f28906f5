// SPDX-License-Identifier: Apache-2.0 OR MIT
// The world switch: into a guest, and out through an exit slot of table.S.

#include "vectors/el2/macros.inc"

/// EnteredGuest TrivetEnterGuest(GuestFrame* frame)
/// In: x0 = frame; D, A, I, F masked; VBAR_EL2 a table of ours. Out: w1 = exit vector, frame saved, DAIF
/// masked. Clobbers what AAPCS64 allows, x18 kept. Stack: 112 bytes; SP_EL2 then points at {frame, x18}.
begin_function TrivetEnterGuest
  stp x0, x18, [sp, #-ENTER_FRAME_SIZE]!
  each_callee_saved_pair stp
  ldp x1, x2, [x0, #GUEST_PC]
  // A 32-bit shift takes its amount from bits 4:0, which are PSTATE.M.
  mov w3, #GUEST_MODES
  lsr w3, w3, w2
  tbz w3, #0, 1f
  msr elr_el2, x1
  msr spsr_el2, x2
  each_pair_from_x2 ldp, x0, GUEST_X
  ldr x30, [x0, #GUEST_X + 8 * 30]
  ldp x0, x1, [x0, #GUEST_X]
  // ERET is a context synchronization event (SCTLR_EL2.EOS is 1 or RES1): every system register written
  // for this guest is in effect at its first instruction. [arm-arm] "Context synchronization event".
  return_from_exception
1:
  mov w1, #ENTRY_REFUSED
  add sp, sp, #ENTER_FRAME_SIZE
  ret
end_function

/// A hook returned kExit: as a table's leave_guest, with an InPlaceExit at SP and w1 = exit vector.
begin_function trivet_decline_in_place
  pop_in_place_exit
  ldr x0, [sp, #16]
  b trivet_vector_table_leave_guest
end_function
