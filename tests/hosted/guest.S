// SPDX-License-Identifier: Apache-2.0 OR MIT
// The demonstration's guest, executed at EL1 under an identity stage 2. In: x0 = how many ticks of the counter to run
// between its two hypercalls, x3 = how many until its virtual timer fires. Firmware at EL2 may use that timer too, as
// edk2 does with and without VHE: it then handles this interrupt as its own.

  .section .text.trivet_hosted_guest, "ax"
  .balign 64
  .global trivet_hosted_guest
  .global trivet_hosted_guest_end
trivet_hosted_guest:
  hvc #1
  wfi
  msr CNTV_TVAL_EL0, x3
  mov x2, #1                            // [arm-arm] CNTV_CTL_EL0.ENABLE
  msr CNTV_CTL_EL0, x2
  isb
  mrs x1, CNTVCT_EL0
.Lrun:
  isb
  mrs x2, CNTVCT_EL0
  sub x2, x2, x1
  cmp x2, x0
  b.lo .Lrun
  hvc #2
  brk #0
trivet_hosted_guest_end:
