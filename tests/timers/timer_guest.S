// SPDX-License-Identifier: Apache-2.0 OR MIT
// The guests of timer_machine.h, at EL1.

  .macro guest name:req, cval:req, ctl:req
  .section .text.\name, "ax"
  .balign 2048
  .global \name
\name:
  hvc #1
  msr \cval, x0
  msr \ctl, x1
  isb
1:
  b 1b
  .org \name + 0x800 + 0x280
  mrs x2, ICC_IAR1_EL1
  hvc #2
  msr \ctl, xzr
  isb
  msr ICC_EOIR1_EL1, x2
  hvc #3
  brk #0
  .org \name + 0x1000
  .endm

  guest trivet_virtual_timer_guest, CNTV_CVAL_EL0, CNTV_CTL_EL0
  guest trivet_physical_timer_guest, CNTP_CVAL_EL0, CNTP_CTL_EL0
