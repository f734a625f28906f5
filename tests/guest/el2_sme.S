// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest of sme_functest.cc, which reports what it finds in its vector registers, ZA and ZT0, and leaves something new
// in another mode.

  .arch armv9-a
  .arch_extension sme2

  .macro each_number macro
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  \macro \n
  .endr
  .endm

/// x17 = x17 * 33 + the word.
  .macro mix word
  add x17, x17, x17, lsl #5
  add x17, x17, \word
  .endm

/// Stores with `instruction`, and mixes the first x21 bytes of what is stored.
  .macro mix_stored instruction:vararg
  str xzr, [x2]
  \instruction
  bl .L_mix_scratch
  .endm

  .macro mix_vector n
  mix_stored str z\n, [x2]
  .endm
  .macro mix_predicate n
  mix_stored str p\n, [x2]
  .endm

/// Each register of its own: the byte of x3 and a number.
  .macro leave_vector n
  bl .L_fill_scratch
  ldr z\n, [x2]
  .endm
  .macro leave_predicate n
  bl .L_fill_scratch
  ldr p\n, [x2]
  .endm

  .section .text.trivet_sme, "ax"
  .balign 64
/// x0 = SVCR to leave, x1 = whether Streaming SVE mode has FFR, x2 = 256 bytes of memory, x3 = a byte, x9 = CPACR_EL1, x10 = TPIDR2_EL0 to leave. Out: x4 = SVCR,
/// x5 = Z, P and FFR, x6 = ZA, x7 = ZT0, x8 = bytes of a streaming vector, x11 = of a vector of the present mode,
/// x12 = TPIDR2_EL0, x13 = SMCR_EL1, x14 = FPSR, x16 = ZCR_EL1, as found; x15 = SMPRI_EL1.
  .global trivet_sme_guest
trivet_sme_guest:
  msr CPACR_EL1, x9
  isb
  mrs x13, SMCR_EL1
  mrs x4, SVCR
  mrs x12, TPIDR2_EL0
  mrs x14, FPSR
  mrs x15, SMPRI_EL1
  mrs x16, ZCR_EL1
  mov x17, #15  // LEN; FA64, EZT0
  msr ZCR_EL1, x17
  movk x17, #0xc000, lsl #16
  msr SMCR_EL1, x17
  isb
  rdsvl x8, #1
  rdvl x11, #1
  tst x4, #1
  csel x11, x8, x11, ne

  // What it finds.
  mov x17, xzr
  mov x21, x11
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  mix_vector \n
  .endr
  mov x21, #8
  each_number mix_predicate
  mov x23, x4
  bl .L_has_ffr
  cbz x23, .L_without_ffr
  rdffr p0.b
  mix_predicate 0
.L_without_ffr:
  mov x5, x17
  mov x6, xzr
  mov x7, xzr
  tbz x4, #1, .L_leave
  mov x17, xzr
  mov x21, x8
  mov x22, x12
  mov w12, wzr
.L_next_row_found:
  str za[w12, 0], [x2]
  bl .L_mix_scratch
  add w12, w12, #1
  cmp w12, w8
  b.ne .L_next_row_found
  mov x12, x22
  mov x6, x17
  mov x17, xzr
  mov x21, #64
  mix_stored str zt0, [x2]
  mov x7, x17

.L_leave:
  msr TPIDR2_EL0, x10
  msr SVCR, x0
  mov w20, w3
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  leave_vector \n
  .endr
  // [arm-arm] FFR: ones from the first element on, then zeros.
  mov x23, x0
  bl .L_has_ffr
  cbz x23, .L_leave_predicates
  and x23, x3, #7
  mov x18, #1
  lsl x23, x18, x23
  sub x23, x23, #1
  str x23, [x2]
  ldr p0, [x2]
  wrffr p0.b
.L_leave_predicates:
  each_number leave_predicate
  tbz x0, #1, .L_done
  mov x22, x12
  mov w12, wzr
.L_next_row:
  bl .L_fill_scratch
  ldr za[w12, 0], [x2]
  add w12, w12, #1
  cmp w12, w8
  b.ne .L_next_row
  mov x12, x22
  bl .L_fill_scratch
  ldr zt0, [x2]
.L_done:
  hvc #1

/// x23 = whether there is FFR where SVCR is x23.
.L_has_ffr:
  tst x23, #1
  mov x23, #1
  csel x23, x1, x23, ne
  ret

/// x17 mixed with x21 bytes.
.L_mix_scratch:
  mov x18, xzr
.L_next_word:
  ldr x19, [x2, x18]
  mix x19
  add x18, x18, #8
  cmp x18, x21
  b.lo .L_next_word
  ret

/// 256 bytes of w20, which counts.
.L_fill_scratch:
  and x18, x20, #0xff
  mov x19, #0x0101010101010101
  mul x18, x18, x19
  mov x19, #256
.L_next_store:
  sub x19, x19, #8
  str x18, [x2, x19]
  cbnz x19, .L_next_store
  add w20, w20, #1
  ret

/// The first instruction is SME's.
  .global trivet_sme_alone
trivet_sme_alone:
  msr CPACR_EL1, x9
  isb
  rdsvl x8, #1
  hvc #1
