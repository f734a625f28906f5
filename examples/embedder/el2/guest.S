// SPDX-License-Identifier: Apache-2.0 OR MIT
// The demonstration guest of host.h, at EL1 with the MMU off.
  .section .text.embedder_guest, "ax"
  .balign 64
  .global embedder_guest
embedder_guest:
  mov x0, #'h'
  hvc #1
  mov x0, #'i'
  hvc #1
  wfi
  mov x0, #42
  hvc #2
  brk #0
