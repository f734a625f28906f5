// SPDX-License-Identifier: Apache-2.0 OR MIT
// With TRIVET_EXPECT_ERROR, a vector table without one of its slots.

#include "vectors/el2/macros.inc"

  .text
.L_table:
  begin_slot table, 0x000
  eret
  end_slot
#ifndef TRIVET_EXPECT_ERROR
  begin_slot table, 0x080
  eret
  end_slot
#endif
  begin_slot table, 0x100
  eret
  end_slot
