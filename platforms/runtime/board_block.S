// The board's device tree, which the build puts into the finished image: tools/bazel/el2_image.bzl. Zero without one.
  .section .trivet_board, "aw", %progbits
  .balign 64
  .global trivet_board_block
trivet_board_block:
  .skip   4096
