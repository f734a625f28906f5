// SPDX-License-Identifier: Apache-2.0 OR MIT
// EL2's own translation and caches, on and off. None of this touches memory: with the MMU off a load or a store would
// bypass the caches and miss what is dirty in them. [arm-arm] B2.16, mismatched memory attributes.

#include "platforms/runtime/registers.inc"

  .section .text.trivet_translation, "ax"

// In:  EL2, MMU off, DAIF masked, HCR_EL2.E2H synchronized, the tables in memory and nothing stale of them, of code or
//      of data in the caches.
// Out: MMU and caches on, in the regime that E2H chooses. Clobbers x0 to x3.
  .global trivet_translation_on
  .type trivet_translation_on, %function
trivet_translation_on:
  mrs     x0, ID_AA64MMFR0_EL1
  and     x0, x0, #ID_AA64MMFR0_EL1_PARange_MASK
  mov     x1, #LARGEST_PHYSICAL_SIZE
  cmp     x0, x1
  csel    x0, x0, x1, lo
  mrs     x1, HCR_EL2
  tbnz    x1, #HCR_EL2_E2H_SHIFT, .Lel2_and_0
  load_constant x2, TCR_EL2_INERT | TCR_WALKS
  orr     x2, x2, x0, lsl #TCR_EL2_PS_SHIFT
  adrp    x3, trivet_el2_table
  b       .Lset
.Lel2_and_0:
  load_constant x2, TCR_EL2_E2H_INERT | TCR_E2H_WALKS
  orr     x2, x2, x0, lsl #TCR_EL2_E2H_IPS_SHIFT
  adrp    x3, trivet_el2_and_0_table
.Lset:
  mov     x1, #MAIR_DEVICE_AND_NORMAL
  msr     MAIR_EL2, x1
  msr     TCR_EL2, x2
  msr     TTBR0_EL2, x3
  // The tables are new: no entry of a loader, or of the other regime, may remain in TLB or instruction cache. [arm-arm] TLBI ALLE2: of the regime that E2H chooses now; D8.16 on enabling translation.
  isb
  tlbi    alle2
  ic      iallu
  dsb     nsh
  isb
  load_constant x0, SCTLR_ON
  msr     SCTLR_EL2, x0
  isb
  ret
  .size trivet_translation_on, . - trivet_translation_on

// In:  EL2, DAIF masked, code identity mapped and clean to the point of coherency.
// Out: MMU and caches off. What the caches hold stays there. Clobbers x0.
  .global trivet_translation_off
  .type trivet_translation_off, %function
trivet_translation_off:
  load_constant x0, SCTLR_OFF
  msr     SCTLR_EL2, x0
  isb
  ret
  .size trivet_translation_off, . - trivet_translation_off

// WriteHcrEl2() of translation.h. E2H decides the layout of TCR_EL2, the meaning of descriptors and the regime, which no
// single instruction can change together: so translation is off meanwhile.
// In:  x0 = the new HCR_EL2; EL2, translation on. Clobbers x0 to x6.
  .global trivet_write_hcr_el2
  .type trivet_write_hcr_el2, %function
trivet_write_hcr_el2:
  mrs     x6, DAIF
  msr     daifset, #0xf                 // a handler would use the stack without the caches
  mov     x5, x30
  mov     x4, x0
  bl      trivet_translation_off
  msr     HCR_EL2, x4
  isb
  bl      trivet_translation_on
  msr     DAIF, x6
  ret     x5
  .size trivet_write_hcr_el2, . - trivet_write_hcr_el2
