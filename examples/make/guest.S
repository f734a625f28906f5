// SPDX-License-Identifier: Apache-2.0 OR MIT
// The guest, at EL1 with the MMU off. x0: a number. HVC 1 passes it on with 1 more; HVC 2 passes on what TPIDR_EL1 keeps.
  .section .guest, "ax"
  .global guest
guest:
  msr tpidr_el1, x0
  add x0, x0, #1
  hvc #1
  mrs x1, tpidr_el1
  add x0, x0, x1
  hvc #2
4:
  b 4b
