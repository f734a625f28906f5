// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest of sve_functest.cc, which finds what it left in Z5, P1 and FFR, and leaves something new.

  .arch armv8.5-a
  .arch_extension sve

  .section .text.trivet_sve, "ax"
  .balign 64
/// x9 = CPACR_EL1, x3 = a byte, x10 = ZCR_EL1 to leave. Out: x4 = bytes of a vector, x5 = Z5's last byte, x6 and x7 = the
/// bytes that P1 and FFR have, x8 = ZCR_EL1 as found.
  .global trivet_sve_guest
trivet_sve_guest:
  msr CPACR_EL1, x9
  isb
  mrs x8, ZCR_EL1
  mov x4, #15
  msr ZCR_EL1, x4
  isb
  rdvl x4, #1
  ptrue p0.b
  lastb w5, p0, z5.b
  cntp x6, p0, p1.b
  rdffr p2.b
  cntp x7, p0, p2.b
  dup z5.b, w3
  ptrue p1.b
  setffr
  msr ZCR_EL1, x10
  hvc #1
/// The same with V5 alone: its low half comes in x5, x4, x6 and x7 are untouched.
  .global trivet_simd_guest
trivet_simd_guest:
  msr CPACR_EL1, x9
  isb
  umov x5, v5.d[0]
  dup v5.16b, w3
  hvc #1
