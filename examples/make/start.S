// SPDX-License-Identifier: Apache-2.0 OR MIT
// QEMU starts one CPU here: at EL2, MMU off, interrupts masked.
  .section .text.start, "ax"
  .global start
start:
  msr daifset, #0xf
  msr spsel, #1
  ldr x0, =stack_end
  mov sp, x0
  mov x29, xzr
  mov x30, xzr
  ldr x0, =bss_begin
  ldr x1, =bss_end
1:
  cmp x0, x1
  b.hs 2f
  stp xzr, xzr, [x0], #16
  b 1b
2:
  bl main
  mov x0, #0x0008             // PSCI SYSTEM_OFF
  movk x0, #0x8400, lsl #16
  smc #0
3:
  wfi
  b 3b
