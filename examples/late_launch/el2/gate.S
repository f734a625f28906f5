// SPDX-License-Identifier: Apache-2.0 OR MIT
// The way into EL2 and out of it: what the kernel's stub is pointed at by HVC_SET_VECTORS. Runs with the MMU off, as the
// stub does, and touches no memory then: the caches may hold newer data than it would see.

#include "gate.h"

#define SCTLR_M_C_I 0x1005

  .section .header, "a"
  .global launch_header
launch_header:
  .quad 0x686374656c545654
  .word 1, 8
  .quad __image_size
  .quad __relocations, __relocations_size_end
  .quad __rodata, __data
  .quad __tables
  .quad __gate
  .quad __shared, __shared_end

.macro park
  .balign 128
1:
  wfe
  b 1b
.endm

// CPU \cpu's own stack. Changes x15 and x16.
.macro use_stack cpu
  adrp x15, gate_stacks
  add x15, x15, :lo12:gate_stacks
  mov x16, #GATE_STACK_SIZE
  madd x15, \cpu, x16, x15
  add x15, x15, x16
  mov sp, x15
.endm

  .section .text.gate, "ax"
  .balign 2048
  .global gate_vectors
gate_vectors:
  .rept 8
  park
  .endr
  .balign 128
  b enter  // Synchronous, from EL1.
  .rept 7
  park
  .endr

/// In: launch.h. x8 to x17 are the caller's to lose: [smccc].
enter:
  mrs x8, sctlr_el2
  mrs x9, tcr_el2
  mrs x10, mair_el2
  mrs x11, ttbr0_el2
  mov x12, sp
  mrs x13, elr_el2
  mrs x14, spsr_el2
  msr ttbr0_el2, x2
  msr tcr_el2, x3
  msr mair_el2, x4
  isb
  tlbi alle2
  ic iallu
  dsb nsh
  isb
  mov x15, #SCTLR_M_C_I
  orr x15, x8, x15
  msr sctlr_el2, x15
  isb
  use_stack x1
  sub sp, sp, #GATE_FRAME_SIZE
  stp x0, x1, [sp]
  stp x2, x3, [sp, #8 * 2]
  stp x4, x5, [sp, #8 * 4]
  stp x6, x7, [sp, #8 * 6]
  stp xzr, xzr, [sp, #8 * 8]
  stp xzr, xzr, [sp, #8 * 10]
  stp xzr, xzr, [sp, #8 * 12]
  stp xzr, xzr, [sp, #8 * 14]
  stp xzr, xzr, [sp, #8 * 16]
  stp x18, x19, [sp, #8 * 18]
  stp x20, x21, [sp, #8 * 20]
  stp x22, x23, [sp, #8 * 22]
  stp x24, x25, [sp, #8 * 24]
  stp x26, x27, [sp, #8 * 26]
  stp x28, x29, [sp, #8 * 28]
  stp x30, x13, [sp, #8 * 30]
  stp x14, x8, [sp, #8 * 32]
  stp x9, x10, [sp, #8 * 34]
  stp x11, x12, [sp, #8 * 36]
  mov x29, xzr
  mov x30, xzr
  mov x0, sp
  bl late_enter
  ldp x18, x19, [sp, #8 * 18]
  ldp x20, x21, [sp, #8 * 20]
  ldp x22, x23, [sp, #8 * 22]
  ldp x24, x25, [sp, #8 * 24]
  ldp x26, x27, [sp, #8 * 26]
  ldp x28, x29, [sp, #8 * 28]
  ldp x30, x13, [sp, #8 * 30]
  ldp x14, x8, [sp, #8 * 32]
  ldp x9, x10, [sp, #8 * 34]
  ldp x11, x12, [sp, #8 * 36]
  ldp x0, x1, [sp]
  ldp x2, x3, [sp, #8 * 2]
  msr elr_el2, x13
  msr spsr_el2, x14
  mov sp, x12
  msr sctlr_el2, x8
  isb
  msr ttbr0_el2, x11
  msr tcr_el2, x9
  msr mair_el2, x10
  isb
  tlbi alle2
  dsb nsh
  isb
  eret
  dsb nsh
  isb

/// Where firmware starts a CPU for the second guest. In: x0: Linux's number of it; EL2, MMU off.
  .global second_entry
second_entry:
  adrp x1, second_translation
  add x1, x1, :lo12:second_translation
  // Written through the caches, and cleaned: second_start().
  ldp x2, x3, [x1]
  ldp x4, x5, [x1, #16]
  msr ttbr0_el2, x2
  msr tcr_el2, x3
  msr mair_el2, x4
  tlbi alle2
  ic iallu
  dsb nsh
  isb
  msr sctlr_el2, x5
  isb
  msr spsel, #1
  use_stack x0
  mov x29, xzr
  mov x30, xzr
  b late_second

.macro each_pair op
  \op x0, x1, [x19]
  \op x2, x3, [x19, #8 * 2]
  \op x4, x5, [x19, #8 * 4]
  \op x6, x7, [x19, #8 * 6]
  \op x8, x9, [x19, #8 * 8]
  \op x10, x11, [x19, #8 * 10]
  \op x12, x13, [x19, #8 * 12]
  \op x14, x15, [x19, #8 * 14]
  \op x16, x17, [x19, #8 * 16]
.endm

/// void smc(uint64_t x[18]). [smccc] 2.6: x18 to x30 and SP_EL2 are preserved.
  .global smc
smc:
  stp x19, x30, [sp, #-16]!
  mov x19, x0
  each_pair ldp
  smc #0
  each_pair stp
  ldp x19, x30, [sp], #16
  ret
