// An image with a pointer at an odd address, with TRIVET_EXPECT_ERROR.

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
