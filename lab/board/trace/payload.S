// SPDX-License-Identifier: Apache-2.0 OR MIT
// Where the runner puts what `--payload` names: the bytes behind the image's file. tools/runner/payload.h has the block.

  .set    kCapacity, 0x200000

  .section .data.trivet_payload, "aw", %progbits
  .balign 16
  .global trivet_payload_block
trivet_payload_block:
  .ascii  "TRIVET-PAYLOAD-1"
  .quad   __payload_offset              // where, in image and file
  .quad   kCapacity
  .quad   0                             // size, by the runner
  .size trivet_payload_block, . - trivet_payload_block

  .section .trivet_payload, "aw", %nobits
  .balign 16
  .global trivet_payload
trivet_payload:
  .skip   kCapacity
  .size trivet_payload, . - trivet_payload

// [arm64-image] text_offset: loaders that heed it (QEMU) leave the memory of traces free.
  .global trivet_image_text_offset
  .set    trivet_image_text_offset, 0x3000000
