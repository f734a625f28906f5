// SPDX-License-Identifier: Apache-2.0 OR MIT
// ZA and ZT0 to and from memory: the only code of Trivet that touches them.

#include "vectors/el2/macros.inc"

  .arch_extension sme

// ZT0, which assemblers with SME alone do not know. [arm-arm] LDR (table), STR (table).
#define LDR_ZT0_AT_X0 0xe11f8000
#define STR_ZT0_AT_X0 0xe13f8000

/// ZA's horizontal vectors, one after the other from x0. [arm-arm] LDR (array vector), STR (array vector): W12 to W15
/// select.
.macro each_za_vector instruction
  rdsvl x1, #1
  mov w12, wzr
.L_\instruction\()_next:
  \instruction za[w12, 0], [x0]
  add x0, x0, x1
  add w12, w12, #1
  cmp w12, w1
  b.ne .L_\instruction\()_next
.endm

/// In: x0 = memory.
begin_function TrivetStoreZa
  each_za_vector str
  ret
end_function

/// In: x0 = memory.
begin_function TrivetLoadZa
  each_za_vector ldr
  ret
end_function

/// In: x0 = memory.
begin_function TrivetStoreZt0
  .inst STR_ZT0_AT_X0
  ret
end_function

/// In: x0 = memory.
begin_function TrivetLoadZt0
  .inst LDR_ZT0_AT_X0
  ret
end_function

/// Out: x0 = bytes.
begin_function TrivetStreamingVectorBytes
  rdsvl x0, #1
  ret
end_function
