// SPDX-License-Identifier: Apache-2.0 OR MIT
// With TRIVET_EXPECT_ERROR, a vector table whose second slot has one instruction too many.

#include "vectors/el2/macros.inc"

  .text
.L_table:
  begin_slot table, 0x000
  eret
  end_slot
  begin_slot table, 0x080
  .rept 32
  nop
  .endr
#ifdef TRIVET_EXPECT_ERROR
  eret
#endif
  end_slot
