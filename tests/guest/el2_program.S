// SPDX-License-Identifier: Apache-2.0 OR MIT
// The guest of guest_scenario.h, executed at EL1 under an identity stage 2.

  .section .text.trivet_test_guest, "ax"
  .balign 64
  .global trivet_test_guest
trivet_test_guest:
  msr VBAR_EL1, x2
  hvc #1
  smc #0
  wfi
  mrs x3, ID_AA64PFR0_EL1
  ldr x5, [x1]
1:
  b 1b
  hvc #2
  .arch_extension fp
  msr CPACR_EL1, x5
  isb
  fmov x4, d0
  fmov d0, x3
  hvc #3
  brk #0

  .balign 64
  .global trivet_test_values_guest
trivet_test_values_guest:
  msr SP_EL0, x2
  msr TPIDR_EL0, x3
  msr TPIDRRO_EL0, x4
  msr PAR_EL1, x5
  hvc #1
  mrs x6, SP_EL0
  mrs x7, TPIDR_EL0
  mrs x8, TPIDRRO_EL0
  mrs x9, PAR_EL1
  hvc #2
  brk #0
