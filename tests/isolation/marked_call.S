// bool trivet_marked_call(void (*function)(void*), void* argument, uint64_t marker): calls function(argument) with
// x19 to x28 marker + 19 to marker + 28. Out: whether they still are, as after any AAPCS64 function.
// In: EL2, the low 16 bits of `marker` clear. Stack: 112 bytes.

  .section .text.trivet_marked_call, "ax"
  .global trivet_marked_call
  .type trivet_marked_call, %function
trivet_marked_call:
  stp     x29, x30, [sp, #-112]!
  stp     x19, x20, [sp, #16]
  stp     x21, x22, [sp, #32]
  stp     x23, x24, [sp, #48]
  stp     x25, x26, [sp, #64]
  stp     x27, x28, [sp, #80]
  str     x2, [sp, #96]
  .irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
  add     x\n, x2, #\n
  .endr
  mov     x9, x0
  mov     x0, x1
  blr     x9
  ldr     x2, [sp, #96]
  mov     x0, #0
  .irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
  add     x9, x2, #\n
  eor     x9, x9, x\n
  orr     x0, x0, x9
  .endr
  cmp     x0, #0
  cset    x0, eq
  ldp     x27, x28, [sp, #80]
  ldp     x25, x26, [sp, #64]
  ldp     x23, x24, [sp, #48]
  ldp     x21, x22, [sp, #32]
  ldp     x19, x20, [sp, #16]
  ldp     x29, x30, [sp], #112
  ret
  .size trivet_marked_call, . - trivet_marked_call
