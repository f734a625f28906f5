// SPDX-License-Identifier: Apache-2.0 OR MIT
// Z0 to Z31, P0 to P15 and FFR to and from memory: the only code of Trivet that touches them.

#include "vectors/el2/macros.inc"

  .arch_extension sve

/// Each register at its place: Z at x0, P and then FFR behind them at x1.
.macro each_sve_register instruction
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  \instruction z\n, [x0, #\n, mul vl]
  .endr
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  \instruction p\n, [x1, #\n, mul vl]
  .endr
.endm

/// x1 = behind Z31.
.macro point_at_predicates
  addvl x1, x0, #31
  addvl x1, x1, #1
.endm

/// In: x0 = memory, w1 = whether with FFR. P0 comes back: FFR passes through it.
begin_function TrivetStoreSve
  mov w2, w1
  point_at_predicates
  each_sve_register str
  cbz w2, .L_stored
  rdffr p0.b
  str p0, [x1, #16, mul vl]
  ldr p0, [x1, #0, mul vl]
.L_stored:
  ret
end_function

/// In: x0 = memory, w1 = whether with FFR.
begin_function TrivetLoadSve
  mov w2, w1
  point_at_predicates
  cbz w2, .L_load
  ldr p0, [x1, #16, mul vl]
  wrffr p0.b
.L_load:
  each_sve_register ldr
  ret
end_function

/// Out: x0 = bytes.
begin_function TrivetSveVectorBytes
  rdvl x0, #1
  ret
end_function
