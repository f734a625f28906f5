// SPDX-License-Identifier: Apache-2.0 OR MIT
// bool trivet_marked_call(void (*function)(void*), void* argument, uint64_t marker): calls function(argument) with
// x19 to x28 marker + 19 to marker + 28. Out: whether they still are, as after any AAPCS64 function.
// In: EL2, the low 16 bits of `marker` clear. Stack: 112 bytes.

#include "hal/el2/callee_saved.inc"

  .section .text.trivet_marked_call, "ax"
  .global trivet_marked_call
  .type trivet_marked_call, %function
trivet_marked_call:
  save_callee_saved
  str     x2, [sp, #CALLEE_SAVED_SPARE]
  .irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
  add     x\n, x2, #\n
  .endr
  mov     x9, x0
  mov     x0, x1
  blr     x9
  ldr     x2, [sp, #CALLEE_SAVED_SPARE]
  mov     x0, #0
  .irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
  add     x9, x2, #\n
  eor     x9, x9, x\n
  orr     x0, x0, x9
  .endr
  cmp     x0, #0
  cset    x0, eq
  restore_callee_saved
  ret
  .size trivet_marked_call, . - trivet_marked_call
