// From EL3 to EL2, where no firmware did it: reset on some machines.

#include "platforms/runtime/sctlr.inc"

// [arm-arm] SCR_EL3: NS, RES1 bits 4 and 5, SMD (nobody at EL3 serves an SMC), HCE, RW.
  .set    kScrEl2, 0x5b1
  .set    kSpsrEl2hMasked, 0x3c9        // [arm-arm] SPSR_EL3: D, A, I, F, M = EL2h
  .set    kArm, 0x41
  .set    kCortexA53, 0xd03
  .set    kCortexA73, 0xd09
  .set    kHaveSmpen, 0x73              // A53 (bit 0), A35, A57, A72, A73, by part number

/// Sets bit `bit` of x0, with which EL3 leaves a feature to EL2, where the feature exists: where field `field` of the ID
/// register in x1 is at least `from`. Clobbers x2.
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
// Out: there, at EL2 with SP_EL2, MMU off, HCR_EL2 zero, no trap to EL3 that an EL2 of this CPU can do without: nobody
//      would serve it. Clobbers x0 to x3. [arm-arm] D1.4: most of EL2's state is UNKNOWN until EL3 sets it.
trivet_drop_to_el2:
  msr     ELR_EL3, x0
  mov     x0, #kSpsrEl2hMasked
  msr     SPSR_EL3, x0
  mov     x0, #kScrEl2
  mrs     x1, ID_AA64MMFR0_EL1
  leave_to_el2 56, 1, 27                // FGT: FGTEn
  leave_to_el2 60, 2, 28                // ECV with an offset: ECVEn
  mrs     x1, ID_AA64MMFR1_EL1
  leave_to_el2 40, 1, 38                // HCX: HXEn
  mrs     x1, ID_AA64MMFR3_EL1
  leave_to_el2 0, 1, 43                 // TCRX: TCR2En
  leave_to_el2 4, 1, 44                 // SCTLRX: SCTLR2En
  leave_to_el2 8, 1, 45                 // S1PIE: PIEn
  mrs     x1, ID_AA64PFR1_EL1
  leave_to_el2 8, 2, 26                 // MTE with tags in memory: ATA
  leave_to_el2 24, 1, 41                // SME: EnTP2
  // Pointer authentication: APK and API, by whichever algorithm.
  mrs     x1, ID_AA64ISAR1_EL1
  mrs     x2, ID_AA64ISAR2_EL1
  mov     x3, #0xff0                    // APA and API
  movk    x3, #0xff00, lsl #16          // GPA and GPI
  and     x1, x1, x3
  and     x2, x2, #0xff00               // GPA3 and APA3
  orr     x1, x1, x2
  cbz     x1, .Lno_pointer_authentication
  orr     x0, x0, #(3 << 16)
.Lno_pointer_authentication:
  msr     SCR_EL3, x0
  msr     CPTR_EL3, xzr
  msr     MDCR_EL3, xzr
  isb
  msr     HCR_EL2, xzr
  mrs     x0, ID_AA64PFR0_EL1
  ubfx    x0, x0, #24, #4               // GIC: system registers exist
  cbz     x0, .Lno_gic_registers
  mov     x0, #0xf                      // [arm-arm] ICC_SRE_EL3: SRE, DFB, DIB, Enable
  msr     ICC_SRE_EL3, x0
.Lno_gic_registers:
  // Cores whose caches are coherent with others' only once they are told, which is EL3's to do, before caches and MMU are
  // on. [cortex-a53] (A35, A57, A72 and A73 alike) CPUECTLR_EL1.SMPEN; MIDR_EL1.Implementer and .PartNum.
  mrs     x0, MIDR_EL1
  lsr     x1, x0, #24
  cmp     w1, #kArm
  b.ne    .Lcoherent
  ubfx    x1, x0, #4, #12
  sub     x1, x1, #kCortexA53
  cmp     x1, #(kCortexA73 - kCortexA53)
  b.hi    .Lcoherent
  mov     x2, #kHaveSmpen
  lsr     x2, x2, x1
  tbz     x2, #0, .Lcoherent
  mrs     x2, S3_1_C15_C2_1             // CPUECTLR_EL1
  orr     x2, x2, #(1 << 6)
  msr     S3_1_C15_C2_1, x2
.Lcoherent:
  sctlr_off x0
  msr     SCTLR_EL2, x0
  isb
  eret
  dsb     nsh                           // no speculation past the ERET
  isb
  .size trivet_drop_to_el2, . - trivet_drop_to_el2
