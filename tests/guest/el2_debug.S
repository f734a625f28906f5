// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest of debug_functest.cc, which stops at a breakpoint of its own. [arm-arm] DBGBCRn_EL1, MDSCR_EL1.

  .set BREAKPOINT_AT_EL1, 0x1e3  // E, PMC 0b01, BAS 0b1111
  .set MONITOR_AND_KERNEL, 1 << 15 | 1 << 13  // MDE, KDE

  .section .text.trivet_debug, "ax"
  .balign 64
/// x9 = VBAR_EL1. Out: x10 = the breakpoint's address.
  .global trivet_debug_guest
trivet_debug_guest:
  msr VBAR_EL1, x9
  adr x10, 1f
  msr DBGBVR0_EL1, x10
  mov x11, #BREAKPOINT_AT_EL1
  msr DBGBCR0_EL1, x11
  mov x11, #MONITOR_AND_KERNEL
  msr MDSCR_EL1, x11
  msr OSLAR_EL1, xzr
  isb
  msr DAIFClr, #8
1:
  nop
  hvc #1
