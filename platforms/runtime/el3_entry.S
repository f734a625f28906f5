// SPDX-License-Identifier: Apache-2.0 OR MIT
// From EL3 to EL2, on machines that reset into the image without firmware.

#include "platforms/runtime/registers.inc"

// SMD, since EL3 has no SMC handler.
#define SCR_BELOW_EL3 \
  (SCR_EL3_INERT | SCR_EL3_NS_MASK | SCR_EL3_SMD_MASK | SCR_EL3_HCE_MASK | SCR_EL3_RW_MASK)
// [arm-arm] SPSR_EL3, the fields of SPSR_EL2; M: EL2h.
#define SPSR_EL2H_MASKED \
  (SPSR_EL2_D_MASK | SPSR_EL2_A_MASK | SPSR_EL2_I_MASK | SPSR_EL2_F_MASK | 9 << SPSR_EL2_M_SHIFT)
// [arm-arm] ICC_SRE_EL3, the fields of ICC_SRE_EL2.
#define SRE_OPEN \
  (ICC_SRE_EL2_SRE_MASK | ICC_SRE_EL2_DFB_MASK | ICC_SRE_EL2_DIB_MASK | ICC_SRE_EL2_Enable_MASK)
#define ISAR1_POINTER_AUTHENTICATION \
  (ID_AA64ISAR1_EL1_APA_MASK | ID_AA64ISAR1_EL1_API_MASK | ID_AA64ISAR1_EL1_GPA_MASK | ID_AA64ISAR1_EL1_GPI_MASK)
// Implementation-defined, so without a description. [cortex-a53]
#define CPUECTLR_EL1 S3_1_C15_C2_1
#define CPUECTLR_EL1_SMPEN_MASK (1 << 6)
  .set    kArm, 0x41
  .set    kCortexA53, 0xd03
  .set    kCortexA73, 0xd09
  .set    kHaveSmpen, 0x73              // A53 (bit 0), A35, A57, A72, A73, by part number

/// Sets bit `bit` of x0, with which EL3 leaves a feature to EL2, if the CPU has it: if the field of the ID register in
/// x1 that begins at bit `field` is at least `from`. Clobbers x2.
  .macro  leave_to_el2 field, from, bit
  ubfx    x2, x1, #\field, #4
  cmp     x2, #\from
  b.lo    1f
  orr     x0, x0, #(1 << \bit)
1:
  .endm

  .section .text.trivet_drop_to_el2, "ax"
  .global trivet_drop_to_el2
  .type trivet_drop_to_el2, %function
// In:  EL3, DAIF masked, x0 = where to go on.
// Out: there, at EL2 with SP_EL2, MMU off, HCR_EL2 zero, no avoidable trap to EL3, which has no handlers. Clobbers x0 to x3. [arm-arm] D1.4: most of EL2's state is UNKNOWN until EL3 sets it.
trivet_drop_to_el2:
  msr     ELR_EL3, x0
  mov     x0, #SPSR_EL2H_MASKED
  msr     SPSR_EL3, x0
  mov     x0, #SCR_BELOW_EL3
  // A test's image has it as 1. [arm-arm] SCR_EL3.EEL2: EL2 exists in Secure state.
  .weak   trivet_el2_is_secure
  movz    x1, #:abs_g0:trivet_el2_is_secure
  cbz     x1, .Lnon_secure
  bic     x0, x0, #SCR_EL3_NS_MASK
  orr     x0, x0, #SCR_EL3_EEL2_MASK
.Lnon_secure:
  mrs     x1, ID_AA64MMFR0_EL1
  leave_to_el2 ID_AA64MMFR0_EL1_FGT_SHIFT, 1, SCR_EL3_FGTEn_SHIFT
  leave_to_el2 ID_AA64MMFR0_EL1_ECV_SHIFT, 2, SCR_EL3_ECVEn_SHIFT     // with an offset
  mrs     x1, ID_AA64MMFR1_EL1
  leave_to_el2 ID_AA64MMFR1_EL1_HCX_SHIFT, 1, SCR_EL3_HXEn_SHIFT
  mrs     x1, ID_AA64MMFR3_EL1
  leave_to_el2 ID_AA64MMFR3_EL1_TCRX_SHIFT, 1, SCR_EL3_TCR2En_SHIFT
  leave_to_el2 ID_AA64MMFR3_EL1_SCTLRX_SHIFT, 1, SCR_EL3_SCTLR2En_SHIFT
  leave_to_el2 ID_AA64MMFR3_EL1_S1PIE_SHIFT, 1, SCR_EL3_PIEn_SHIFT
  mrs     x1, ID_AA64PFR1_EL1
  leave_to_el2 ID_AA64PFR1_EL1_MTE_SHIFT, 2, SCR_EL3_ATA_SHIFT        // with tags in memory
  leave_to_el2 ID_AA64PFR1_EL1_SME_SHIFT, 1, SCR_EL3_EnTP2_SHIFT
  // Pointer authentication: APK and API, by whichever algorithm.
  mrs     x1, ID_AA64ISAR1_EL1
  mrs     x2, ID_AA64ISAR2_EL1
  load_constant x3, ISAR1_POINTER_AUTHENTICATION
  and     x1, x1, x3
  and     x2, x2, #(ID_AA64ISAR2_EL1_GPA3_MASK | ID_AA64ISAR2_EL1_APA3_MASK)
  orr     x1, x1, x2
  cbz     x1, .Lno_pointer_authentication
  orr     x0, x0, #(SCR_EL3_APK_MASK | SCR_EL3_API_MASK)
.Lno_pointer_authentication:
  msr     SCR_EL3, x0
  msr     CPTR_EL3, xzr
  msr     MDCR_EL3, xzr
  isb
  msr     HCR_EL2, xzr
  mrs     x0, ID_AA64PFR0_EL1
  ubfx    x0, x0, #ID_AA64PFR0_EL1_GIC_SHIFT, #4
  cbz     x0, .Lno_gic_registers
  mov     x0, #SRE_OPEN
  msr     ICC_SRE_EL3, x0
.Lno_gic_registers:
  // EL3 must make the caches of these cores coherent before caches and MMU are on. [cortex-a53] (A35, A57, A72 and A73 alike) CPUECTLR_EL1.SMPEN; MIDR_EL1.Implementer and .PartNum.
  mrs     x0, MIDR_EL1
  lsr     x1, x0, #MIDR_EL1_Implementer_SHIFT
  cmp     w1, #kArm
  b.ne    .Lcoherent
  ubfx    x1, x0, #MIDR_EL1_PartNum_SHIFT, #12
  sub     x1, x1, #kCortexA53
  cmp     x1, #(kCortexA73 - kCortexA53)
  b.hi    .Lcoherent
  mov     x2, #kHaveSmpen
  lsr     x2, x2, x1
  tbz     x2, #0, .Lcoherent
  mrs     x2, CPUECTLR_EL1
  orr     x2, x2, #CPUECTLR_EL1_SMPEN_MASK
  msr     CPUECTLR_EL1, x2
.Lcoherent:
  load_constant x0, SCTLR_OFF
  msr     SCTLR_EL2, x0
  isb
  eret
  dsb     nsh                           // no speculation past the ERET
  isb
  .size trivet_drop_to_el2, . - trivet_drop_to_el2
