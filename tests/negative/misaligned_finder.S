// SPDX-License-Identifier: Apache-2.0 OR MIT
// With TRIVET_EXPECT_ERROR, a slot finder's pointer at an address that is not a multiple of 8.

#include "vectors/el2/macros.inc"
#include "vectors/el2/finders.inc"

  .text
#ifdef TRIVET_EXPECT_ERROR
  find_pointer_at_tpidr 0x44
#else
  find_pointer_at_tpidr 0x48
#endif
