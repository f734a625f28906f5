// SPDX-License-Identifier: Apache-2.0 OR MIT
// Guests of offers_functest.cc: for each ID field that says an instruction exists, the field and the
// instruction. [arm-arm] the ID registers.

  .arch armv8.5-a+rng+memtag+sb+predres+flagm+rcpc+lse+crc
  .arch_extension mops
  .arch_extension cssc
  .arch_extension hbc
  .arch_extension sm4
  .arch_extension sha2
  .arch_extension sha3
  .arch_extension aes
  .arch_extension dotprod
  .arch_extension fp16fml
  .arch_extension bf16
  .arch_extension i8mm
  .arch_extension sve2
  .arch_extension sve2-aes
  .arch_extension sve2-bitperm
  .arch_extension sve2-sha3
  .arch_extension sve2-sm4
  .arch_extension sme-i16i64
  .arch_extension sme-f64f64
  .arch_extension sme2

/// 20 bytes: x3 = the field of 4 bits, x5 = the least value that says the instruction exists; the instruction;
/// HVC #1.
.macro offer register, shift, least, instruction:vararg
  mrs x3, \register
  ubfx x3, x3, #\shift, #4
  mov x5, #\least
  \instruction
  hvc #1
.endm

.macro offers_of capability
  .global trivet_offers_\capability
trivet_offers_\capability:
.endm

  .section .text.trivet_offers, "ax"
  .balign 2048
  .global trivet_offer_vectors
trivet_offer_vectors:
  .rept 16
  hvc #0x55
  .balign 128
  .endr

/// Everything of EL1's own is open. x9 = vectors, x10 = where to, x11 = CPACR_EL1.
  .global trivet_offer_start
trivet_offer_start:
  msr VBAR_EL1, x9
  msr CPACR_EL1, x11
  isb
  br x10

// x0 = 0, x12 points at 64 bytes of memory, x13 = 0.
offers_of always
  offer ID_AA64PFR0_EL1, 48, 1, msr DIT, #0
  offer ID_AA64PFR1_EL1, 4, 2, msr SSBS, #0
  offer ID_AA64ISAR0_EL1, 60, 1, mrs x4, RNDR
  offer ID_AA64ISAR0_EL1, 56, 1, sys #0, c8, c1, #0  // TLBI VMALLE1OS
  offer ID_AA64ISAR0_EL1, 56, 2, sys #0, c8, c6, #1, x0  // TLBI RVAE1
  offer ID_AA64ISAR0_EL1, 52, 1, cfinv
  offer ID_AA64ISAR0_EL1, 20, 2, ldadd x0, x4, [x12]
  offer ID_AA64ISAR0_EL1, 16, 1, crc32b w4, w0, w0
  offer ID_AA64ISAR1_EL1, 56, 1, .inst 0xd5033e3f  // DSB SYnXS
  offer ID_AA64ISAR1_EL1, 48, 1, hint #6  // DGH
  offer ID_AA64ISAR1_EL1, 40, 1, sys #3, c7, c3, #4, x0  // CFP RCTX
  offer ID_AA64ISAR1_EL1, 36, 1, sb
  offer ID_AA64ISAR1_EL1, 20, 1, ldapr x4, [x12]
  offer ID_AA64ISAR1_EL1, 0, 1, sys #3, c7, c12, #1, x12  // DC CVAP
  offer ID_AA64ISAR1_EL1, 0, 2, sys #3, c7, c13, #1, x12  // DC CVADP
  offer ID_AA64ISAR2_EL1, 60, 1, sys #0, c7, c9, #2, x0  // AT S1E1A
  offer ID_AA64ISAR2_EL1, 52, 1, abs x4, x0
  offer ID_AA64ISAR2_EL1, 20, 1, bc.eq . + 4
  offer ID_AA64ISAR2_EL1, 0, 2, .inst 0xd5031000  // WFET x0
  offer ID_AA64MMFR0_EL1, 60, 1, mrs x4, S3_3_C14_C0_6  // CNTVCTSS_EL0
  offer ID_AA64MMFR1_EL1, 20, 1, msr PAN, #0
  offer ID_AA64MMFR1_EL1, 20, 2, sys #0, c7, c9, #0, x12  // AT S1E1RP
  offer ID_AA64MMFR2_EL1, 4, 1, msr UAO, #0

offers_of vectors
  offer ID_AA64ISAR0_EL1, 4, 1, aese v0.16b, v0.16b
  offer ID_AA64ISAR0_EL1, 8, 1, sha1h s0, s0
  offer ID_AA64ISAR0_EL1, 12, 1, sha256su0 v0.4s, v0.4s
  offer ID_AA64ISAR0_EL1, 12, 2, sha512su0 v0.2d, v0.2d
  offer ID_AA64ISAR0_EL1, 28, 1, sqrdmlah v0.4h, v0.4h, v0.4h
  offer ID_AA64ISAR0_EL1, 32, 1, eor3 v0.16b, v0.16b, v0.16b, v0.16b
  offer ID_AA64ISAR0_EL1, 36, 1, sm3partw1 v0.4s, v0.4s, v0.4s
  offer ID_AA64ISAR0_EL1, 40, 1, sm4e v0.4s, v0.4s
  offer ID_AA64ISAR0_EL1, 44, 1, sdot v0.2s, v0.8b, v0.8b
  offer ID_AA64ISAR0_EL1, 48, 1, fmlal v0.2s, v0.2h, v0.2h
  offer ID_AA64ISAR1_EL1, 12, 1, fjcvtzs w4, d0
  offer ID_AA64ISAR1_EL1, 16, 1, fcadd v0.4s, v0.4s, v0.4s, #90
  offer ID_AA64ISAR1_EL1, 32, 1, frint32z s0, s0
  offer ID_AA64ISAR1_EL1, 44, 1, bfdot v0.2s, v0.4h, v0.4h
  offer ID_AA64ISAR1_EL1, 52, 1, usdot v0.2s, v0.8b, v0.8b

offers_of keys
  offer ID_AA64ISAR1_EL1, 4, 1, mrs x4, APIAKeyLo_EL1
  offer ID_AA64ISAR1_EL1, 8, 1, mrs x4, APIAKeyLo_EL1
  offer ID_AA64ISAR2_EL1, 12, 1, mrs x4, APIAKeyLo_EL1
  offer ID_AA64ISAR1_EL1, 24, 1, pacga x4, x0, x0  // GPA
  offer ID_AA64ISAR1_EL1, 28, 1, pacga x4, x0, x0  // GPI
  offer ID_AA64ISAR2_EL1, 8, 1, pacga x4, x0, x0  // GPA3

offers_of tags
  offer ID_AA64PFR1_EL1, 8, 2, mrs x4, GCR_EL1

offers_of memory_copy
  offer ID_AA64ISAR2_EL1, 16, 1, setp [x12]!, x13!, x0

offers_of control_stack
  offer ID_AA64PFR1_EL1, 44, 1, mrs x4, GCSPR_EL1

offers_of translation
  offer ID_AA64MMFR3_EL1, 0, 1, mrs x4, TCR2_EL1
  offer ID_AA64MMFR3_EL1, 4, 1, mrs x4, SCTLR2_EL1
  offer ID_AA64MMFR3_EL1, 8, 1, mrs x4, PIR_EL1
  offer ID_AA64MMFR3_EL1, 24, 1, mrs x4, MAIR2_EL1

offers_of overlays
  offer ID_AA64MMFR3_EL1, 16, 1, mrs x4, POR_EL1

offers_of software_context
  offer ID_AA64PFR0_EL1, 56, 2, mrs x4, SCXTNUM_EL1

offers_of interrupts
  offer ID_AA64PFR0_EL1, 24, 1, mrs x4, ICC_PMR_EL1

offers_of monitors
  offer ID_AA64DFR0_EL1, 8, 1, mrs x4, PMCR_EL0
  offer ID_AA64DFR0_EL1, 8, 1, msr PMCNTENSET_EL0, x0
  offer ID_AA64DFR0_EL1, 8, 1, msr PMINTENCLR_EL1, x0
  offer ID_AA64DFR0_EL1, 8, 1, mrs x4, PMCCNTR_EL0
  offer ID_AA64DFR0_EL1, 8, 1, mrs x4, PMEVCNTR0_EL0
  offer ID_AA64DFR0_EL1, 8, 1, msr PMUSERENR_EL0, x0

offers_of debug
  offer ID_AA64DFR0_EL1, 12, 1, mrs x4, DBGBVR1_EL1
  offer ID_AA64DFR0_EL1, 12, 1, msr DBGBCR0_EL1, x0
  offer ID_AA64DFR0_EL1, 20, 1, msr DBGWVR1_EL1, x0
  offer ID_AA64DFR0_EL1, 20, 1, mrs x4, DBGWCR0_EL1
  offer ID_AA64DFR0_EL1, 12, 1, mrs x4, MDSCR_EL1
  offer ID_AA64DFR0_EL1, 12, 1, msr OSLAR_EL1, x0
  offer ID_AA64DFR0_EL1, 12, 1, msr OSDLR_EL1, x0

offers_of sve
  offer ID_AA64PFR0_EL1, 32, 1, rdvl x4, #1
  offer ID_AA64PFR0_EL1, 32, 1, mrs x4, ZCR_EL1
  offer ID_AA64ZFR0_EL1, 0, 1, sqabs z0.b, p0/m, z0.b
  offer ID_AA64ZFR0_EL1, 4, 1, aese z0.b, z0.b, z0.b
  offer ID_AA64ZFR0_EL1, 16, 1, bext z0.b, z0.b, z0.b
  offer ID_AA64ZFR0_EL1, 32, 1, rax1 z0.d, z0.d, z0.d
  offer ID_AA64ZFR0_EL1, 40, 1, sm4e z0.s, z0.s, z0.s
  offer ID_AA64ZFR0_EL1, 44, 1, smmla z0.s, z0.b, z0.b

// With Streaming SVE mode and ZA on from SMSTART to SMSTOP.
offers_of sme
  offer ID_AA64PFR1_EL1, 24, 1, rdsvl x4, #1
  offer ID_AA64PFR1_EL1, 24, 1, mrs x4, SMCR_EL1
  offer ID_AA64PFR1_EL1, 24, 1, mrs x4, SVCR
  offer ID_AA64PFR1_EL1, 24, 1, mrs x4, TPIDR2_EL0
  offer ID_AA64PFR1_EL1, 24, 1, msr SMPRI_EL1, x0
  offer ID_AA64PFR1_EL1, 24, 1, smstart
  offer ID_AA64PFR1_EL1, 24, 1, zero {za}
  offer ID_AA64PFR1_EL1, 24, 1, fmopa za0.s, p0/m, p0/m, z0.s, z0.s
  offer ID_AA64SMFR0_EL1, 48, 1, fmopa za0.d, p0/m, p0/m, z0.d, z0.d
  offer ID_AA64SMFR0_EL1, 52, 15, smopa za0.d, p0/m, p0/m, z0.h, z0.h
  offer ID_AA64SMFR0_EL1, 56, 1, smlall za.s[w8, 0:3], z0.b, z0.b
  offer ID_AA64PFR1_EL1, 24, 1, smstop

offers_of none
