// SPDX-License-Identifier: Apache-2.0 OR MIT
// With TRIVET_EXPECT_ERROR, an image that accesses a variable through the GOT.

  .section .trivet_image_header, "ax"
  .global _start
_start:
#ifdef TRIVET_EXPECT_ERROR
  adrp    x0, :got:variable
  ldr     x0, [x0, :got_lo12:variable]
#else
  adrp    x0, variable
  add     x0, x0, :lo12:variable
#endif

  .data
  .global variable
  .hidden variable
variable:
  .quad   0
