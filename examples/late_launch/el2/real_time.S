// SPDX-License-Identifier: Apache-2.0 OR MIT
// The second guest: EL1, MMU off, in memory of its own, at any address. Each `period` ticks its virtual timer's interrupt
// is a beat. It has the CPU's own GIC interface: EL2 takes no interrupt of it.

  .section .rodata.second_guest, "a"
  .balign 2048
  .global second_guest, second_guest_end
second_guest:
  b .L_start
  nop
// struct SecondMemory of second.cc, to which x19 points.
.set .L_redistributor, 8
.set .L_period, 16
.set .L_beats, 24
  .skip 24

.L_start:
  adr x19, second_guest
  adr x0, .L_vectors
  msr vbar_el1, x0
  mov x0, #0xff
  msr icc_pmr_el1, x0
  mov x0, #1
  msr icc_igrpen1_el1, x0
  isb
  ldr x0, [x19, #.L_redistributor]
  mov w1, #1 << 27  // INTID 27: the virtual timer. [bsa] "PPI assignments".
  add x0, x0, #0x10, lsl #12
  str w1, [x0, #0x100]  // GICR_ISENABLER0, in the second frame
  mrs x0, cntvct_el0
  ldr x1, [x19, #.L_period]
  add x0, x0, x1
  msr cntv_cval_el0, x0
  mov x0, #1
  msr cntv_ctl_el0, x0
  isb
  msr daifclr, #2
.L_wait:
  wfi
  b .L_wait

// An IRQ of EL1 is the one slot that is used. The loop that it interrupts has nothing in x1 to x3.
  .balign 2048
.L_vectors:
  .skip 0x280
  mrs x1, icc_iar1_el1
  cmp w1, #27
  b.ne .L_end
  mrs x2, cntv_cval_el0
  ldr x3, [x19, #.L_period]
  add x2, x2, x3
  msr cntv_cval_el0, x2
  isb  // The interrupt is not asserted any more when it ends.
  ldr x3, [x19, #.L_beats]
  add x3, x3, #1
  str x3, [x19, #.L_beats]
.L_end:
  msr icc_eoir1_el1, x1
  eret
  .balign 8
second_guest_end:
