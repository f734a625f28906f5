// An image that calls a function which a dynamic linker would choose, with TRIVET_EXPECT_ERROR.

  .section .trivet_image_header, "ax"
  .global _start
_start:
  bl      chosen

  .text
#ifdef TRIVET_EXPECT_ERROR
  .type chosen, %gnu_indirect_function
#endif
chosen:
  ret
