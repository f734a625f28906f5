// SPDX-License-Identifier: Apache-2.0 OR MIT
// V0 to V31 of EL2, each half of Vn: marker + n. In: x0 = marker, its low 5 bits clear.
  .arch_extension simd

/// Expands the macro \name for each n from 0 to 31, with marker + n in x2.
.macro for_each_vector name
  .irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  add     x2, x0, #\n
  \name   \n
  .endr
.endm

.macro mark n
  dup     v\n\().2d, x2
.endm

/// x1 |= what differs.
.macro compare n
  umov    x3, v\n\().d[0]
  umov    x4, v\n\().d[1]
  eor     x3, x3, x2
  eor     x4, x4, x2
  orr     x1, x1, x3
  orr     x1, x1, x4
.endm

  .section .text.trivet_marked_vectors, "ax"

// void trivet_mark_vectors(uint64_t marker)
  .global trivet_mark_vectors
  .type trivet_mark_vectors, %function
trivet_mark_vectors:
  for_each_vector mark
  ret
  .size trivet_mark_vectors, . - trivet_mark_vectors

// bool trivet_vectors_are_marked(uint64_t marker)
  .global trivet_vectors_are_marked
  .type trivet_vectors_are_marked, %function
trivet_vectors_are_marked:
  mov     x1, #0
  for_each_vector compare
  cmp     x1, #0
  cset    w0, eq
  ret
  .size trivet_vectors_are_marked, . - trivet_vectors_are_marked
