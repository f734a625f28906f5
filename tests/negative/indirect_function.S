// SPDX-License-Identifier: Apache-2.0 OR MIT
// With TRIVET_EXPECT_ERROR, an image that calls an indirect function, which a dynamic linker resolves.

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
