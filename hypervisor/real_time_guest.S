// SPDX-License-Identifier: Apache-2.0 OR MIT
// A real-time guest: EL1, MMU off, at any address. Each `period` ticks its virtual timer's interrupt is a beat. Its
// memory, to which x19 points, begins with it; the words of .L_redistributor and so on are its user's, as 64-bit numbers:
// its redistributor's SGI frame, a PL011 that it writes to after each 1,024 beats or 0, the period, and the count of beats.

  .section .rodata.real_time_guest, "a"
  .balign 2048
  .global real_time_guest, real_time_guest_end
real_time_guest:
  b .L_start
  nop
.set .L_redistributor, 8
.set .L_uart, 16
.set .L_period, 24
.set .L_beats, 32
  .skip 32

.L_start:
  adr x19, real_time_guest
  adr x0, .L_vectors
  msr vbar_el1, x0
  mov x0, #0xff
  msr icc_pmr_el1, x0
  mov x0, #1
  msr icc_igrpen1_el1, x0
  ldr x0, [x19, #.L_redistributor]
  mov w1, #1 << 27  // INTID 27: the virtual timer. [bsa] "PPI assignments".
  str w1, [x0, #0x100]  // GICR_ISENABLER0
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

// One slot of the vector table is used, an IRQ of EL1. The interrupted loop has nothing in x0 to x3.
  .balign 2048
.L_vectors:
  .skip 0x280
  mrs x1, icc_iar1_el1
  cmp w1, #27
  b.ne .L_end  // The hypervisor's call.
  mrs x2, cntv_cval_el0
  ldr x3, [x19, #.L_period]
  add x2, x2, x3
  msr cntv_cval_el0, x2
  isb  // The interrupt is not asserted any more when it ends.
  ldr x3, [x19, #.L_beats]
  add x3, x3, #1
  str x3, [x19, #.L_beats]
  tst x3, #0x3ff
  b.ne .L_end
  ldr x0, [x19, #.L_uart]
  cbz x0, .L_end
  mov w2, #'.'
  str w2, [x0]  // UARTDR
.L_end:
  msr icc_eoir1_el1, x1
  eret
  .balign 8
real_time_guest_end:
