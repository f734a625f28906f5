// SPDX-License-Identifier: Apache-2.0 OR MIT
// With TRIVET_EXPECT_ERROR, an image with a pointer at an odd address.

  .section .trivet_image_header, "ax"
  .global _start
_start:
  adrp    x0, pointer

  .data
  .balign 8
#ifdef TRIVET_EXPECT_ERROR
  .byte   0
#endif
pointer:
  .quad   pointer
