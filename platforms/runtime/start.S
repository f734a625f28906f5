// First instructions of the boot CPU and of the others, and the early vectors.

// [arm-arm] SCTLR_EL2: MMU, caches and alignment checks off, the RES1 bits of either E2H layout set.
  .set    kSctlrEl2MmuOff, 0x30c50830
// [arm-arm] SCR_EL3: NS, RES1 bits 4 and 5, SMD (nobody at EL3 serves an SMC), HCE, RW.
  .set    kScrEl3LowerIsEl2, 0x5b1
  .set    kSpsrEl2hMasked, 0x3c9        // [arm-arm] SPSR_EL3: D, A, I, F, M = EL2h
  .set    kEl2, 2 << 2                  // [arm-arm] CurrentEL
  .set    kEl3, 3 << 2

// Entry of the boot CPU from a flat or Linux loader, and from efi_entry.cc after it left boot services.
// In:  any EL, MMU and caches on (identity mapped) or off, any DAIF, x0 = a device tree or anything else.
// Out: trivet_boot_main(x0 of the loader) on the boot stack at EL2 (or EL1, which it refuses), MMU and caches off, pointers relocated,
//      .bss clear, DAIF masked.
  .section .text.trivet_entry, "ax"
  .global trivet_entry
  .type trivet_entry, %function
trivet_entry:
  msr     daifset, #0xf
  msr     SPSel, #1
  mov     x19, x0                       // kept until trivet_boot_main
  mrs     x0, CurrentEL
  cmp     x0, #kEl3
  b.eq    .Ldrop_to_el2
  cmp     x0, #kEl2
  b.ne    .Lrelocate
.Lat_el2:
  bl      clean_image
  bl      turn_mmu_off
.Lrelocate:
  bl      relocate
  bl      clear_bss
  adrp    x0, __stack_end
  add     x0, x0, :lo12:__stack_end
  mov     sp, x0
  mov     x29, xzr
  mov     x30, xzr
  mov     x0, x19
  b       trivet_boot_main

// [arm-arm] D1.4 (resets: most of EL2's state is UNKNOWN until EL3 sets it); traps to EL3 stay off.
.Ldrop_to_el2:
  mov     x0, #kScrEl3LowerIsEl2
  msr     SCR_EL3, x0
  msr     CPTR_EL3, xzr
  msr     MDCR_EL3, xzr
  msr     HCR_EL2, xzr
  ldr     w0, .Lsctlr
  msr     SCTLR_EL2, x0
  mrs     x0, ID_AA64PFR0_EL1
  ubfx    x0, x0, #24, #4               // GIC: system registers exist
  cbz     x0, .Lno_gic_registers
  mov     x0, #0xf                      // [arm-arm] ICC_SRE_EL3: SRE, DFB, DIB, Enable
  msr     ICC_SRE_EL3, x0
.Lno_gic_registers:
  adr     x0, .Lat_el2
  msr     ELR_EL3, x0
  mov     x0, #kSpsrEl2hMasked
  msr     SPSR_EL3, x0
  isb
  eret

// Writes the image's lines back to memory and forgets them, .bss and stacks included: what a loader wrote through its
// cache is in memory before the cache is off, and no dirty line of its own lands on ours later.
// [arm-arm] DC CIVAC; CTR_EL0.DminLine: log2 of the words in the smallest line. Clobbers x0 to x2.
clean_image:
  mrs     x0, CTR_EL0
  ubfx    x0, x0, #16, #4
  mov     x1, #4
  lsl     x0, x1, x0
  adrp    x1, __image_start
  adrp    x2, __image_end
.Lclean_line:
  dc      civac, x1
  add     x1, x1, x0
  cmp     x1, x2
  b.lo    .Lclean_line
  dsb     sy
  ret

// No store since clean_image. The code is identity mapped, so the next fetch finds the same instruction.
// [arm-arm] D8.2.12 (disabling the MMU), TLBI ALLE2, IC IALLU. Clobbers x0.
turn_mmu_off:
  ldr     w0, .Lsctlr
  msr     SCTLR_EL2, x0
  isb
  tlbi    alle2
  ic      iallu
  dsb     sy
  isb
  ret
.Lsctlr:
  .long   kSctlrEl2MmuOff

// Adds to every pointer in the image how far the image moved since it was last relocated (at first: since it was
// linked at 0). The pointer trivet_image_base is one of them, so that a second call changes nothing.
// [elf-relr] SHT_RELR: an even word is the address of a pointer, an odd one a bitmap of the 63 words after the last.
// Clobbers x0 to x7.
relocate:
  adrp    x0, __image_start
  adrp    x1, trivet_image_base
  ldr     x1, [x1, :lo12:trivet_image_base]
  subs    x1, x0, x1
  b.eq    .Lrelocated
  adrp    x2, __relocations_start
  add     x2, x2, :lo12:__relocations_start
  adrp    x3, __relocations_end
  add     x3, x3, :lo12:__relocations_end
.Lnext_word:
  cmp     x2, x3
  b.hs    .Lrelocated
  ldr     x4, [x2], #8
  tbnz    x4, #0, .Lbitmap
  add     x5, x0, x4
  ldr     x6, [x5]
  add     x6, x6, x1
  str     x6, [x5], #8
  b       .Lnext_word
.Lbitmap:
  mov     x7, x5
.Lnext_bit:
  lsr     x4, x4, #1
  cbz     x4, .Lbitmap_done
  tbz     x4, #0, .Lskip
  ldr     x6, [x7]
  add     x6, x6, x1
  str     x6, [x7]
.Lskip:
  add     x7, x7, #8
  b       .Lnext_bit
.Lbitmap_done:
  add     x5, x5, #(63 * 8)
  b       .Lnext_word
.Lrelocated:
  ret

// Clobbers x0, x1.
clear_bss:
  adrp    x0, __bss_start
  add     x0, x0, :lo12:__bss_start
  adrp    x1, __bss_end
  add     x1, x1, :lo12:__bss_end
.Lclear_bss:
  cmp     x0, x1
  b.hs    .Lcleared
  stp     xzr, xzr, [x0], #16
  b       .Lclear_bss
.Lcleared:
  ret
  .size trivet_entry, . - trivet_entry

// Where the image's pointers point to now.
  .section .data.trivet_image_base, "aw"
  .balign 8
trivet_image_base:
  .quad   __image_start

// Where PSCI CPU_ON starts a secondary CPU.
// In:  EL2, MMU and data cache off, DAIF masked. x0 = top of this CPU's stack, 16-byte aligned.
// Out: trivet_secondary_main on that stack.
  .section .text.trivet_secondary_entry, "ax"
  .global trivet_secondary_entry
  .type trivet_secondary_entry, %function
trivet_secondary_entry:
  msr     daifset, #0xf
  mov     sp, x0
  mov     x29, xzr
  mov     x30, xzr
  b       trivet_secondary_main
  .size trivet_secondary_entry, . - trivet_secondary_entry

// One slot of the early vectors. Every exception is a bug of the image until it installs its own
// table: nothing is saved and nothing returns.
  .macro  early_slot number
  .balign 0x80
  mov     x0, #\number
  b       .Lreport
  .endm

  .section .text.trivet_early_vectors, "ax"
  .balign 0x800
  .global trivet_early_vectors
trivet_early_vectors:
  .set    slot, 0
  .rept   16
  early_slot slot
  .set    slot, slot + 1
  .endr
  .balign 0x80

// The first CPU to arrive reports on the emergency stack (the current one may be what broke) and
// powers the machine off; the others wait for that.
// In:  x0 = slot number; stack unknown; DAIF masked by the exception.
.Lreport:
  adrp    x1, trivet_report_claimed
  add     x1, x1, :lo12:trivet_report_claimed
  mov     w3, #1
.Lclaim:
  ldaxr   w2, [x1]
  cbnz    w2, .Lwait
  stxr    w2, w3, [x1]
  cbnz    w2, .Lclaim
  adrp    x1, trivet_emergency_stack_end
  add     x1, x1, :lo12:trivet_emergency_stack_end
  mov     sp, x1
  mrs     x1, ESR_EL2
  mrs     x2, ELR_EL2
  mrs     x3, FAR_EL2
  b       trivet_report_exception
.Lwait:
  wfe
  b       .Lwait

  .section .bss.trivet_emergency_stack, "aw", %nobits
  .balign 16
trivet_emergency_stack:
  .skip   4096
trivet_emergency_stack_end:
trivet_report_claimed:
  .skip   4
