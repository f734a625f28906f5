// SPDX-License-Identifier: Apache-2.0 OR MIT
// The guest of guest_program.h, at EL1.

  .section .text.trivet_interface_guest, "ax"
  .balign 64
  .global trivet_interface_guest

  .macro op instruction:vararg
  \instruction
  isb
  hvc #0
  .endm

trivet_interface_guest:
  op nop
  op mrs x0, ICC_IAR1_EL1
  op msr ICC_EOIR1_EL1, x0
  op msr ICC_DIR_EL1, x0
  op msr ICC_IGRPEN1_EL1, x0
  op mrs x0, ICC_IAR0_EL1
  op msr ICC_EOIR0_EL1, x0
  op msr ICC_IGRPEN0_EL1, x0
  op msr ICC_PMR_EL1, x0
  op msr ICC_CTLR_EL1, x0
  op ldr w0, [x1]
  op str w0, [x1]
