// SPDX-License-Identifier: Apache-2.0 OR MIT
  .section .rodata, "a"
  .balign 8
  .global el2_image, el2_image_end
el2_image:
  .incbin "el2.img"
  .balign 8
el2_image_end:
