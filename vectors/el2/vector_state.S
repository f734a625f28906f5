// SPDX-License-Identifier: Apache-2.0 OR MIT
// V0 to V31, FPCR and FPSR to and from memory: the only code of Trivet that touches them.

#include "vectors/el2/macros.inc"

  .arch_extension fp
  .arch_extension simd

/// Each pair of vector registers with its place at `base`.
.macro each_vector_pair instruction, base
  \instruction q0, q1, [\base, #32 * 0]
  \instruction q2, q3, [\base, #32 * 1]
  \instruction q4, q5, [\base, #32 * 2]
  \instruction q6, q7, [\base, #32 * 3]
  \instruction q8, q9, [\base, #32 * 4]
  \instruction q10, q11, [\base, #32 * 5]
  \instruction q12, q13, [\base, #32 * 6]
  \instruction q14, q15, [\base, #32 * 7]
  \instruction q16, q17, [\base, #32 * 8]
  \instruction q18, q19, [\base, #32 * 9]
  \instruction q20, q21, [\base, #32 * 10]
  \instruction q22, q23, [\base, #32 * 11]
  \instruction q24, q25, [\base, #32 * 12]
  \instruction q26, q27, [\base, #32 * 13]
  \instruction q28, q29, [\base, #32 * 14]
  \instruction q30, q31, [\base, #32 * 15]
.endm

/// In: x0 = VectorState.
begin_function TrivetStoreVectors
  each_vector_pair stp, x0
  mrs x1, fpcr
  mrs x2, fpsr
  add x0, x0, #VECTORS_FPCR
  stp x1, x2, [x0]
  ret
end_function

/// In: x0 = VectorState.
begin_function TrivetLoadVectors
  each_vector_pair ldp, x0
  add x0, x0, #VECTORS_FPCR
  ldp x1, x2, [x0]
  msr fpcr, x1
  msr fpsr, x2
  ret
end_function
