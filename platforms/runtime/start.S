// SPDX-License-Identifier: Apache-2.0 OR MIT
// First instructions of the boot CPU and of the others.

#include "platforms/runtime/registers.inc"

// Entry of the boot CPU from a flat or Linux loader, and from efi_entry.cc after it left boot services.
// In:  any EL, either byte order, MMU and caches on (identity mapped) or off, any E2H, TGE, SPSel, DAIF and VBAR,
//      x0 = a device tree or anything else.
// Out: trivet_boot_main(the loader's x0) on the boot stack, pointers relocated, .bss clear, DAIF masked; at EL2 with
//      HCR_EL2 zero, the early vectors, and the image's own translation and caches on. At EL1, which trivet_boot_main
//      refuses, translation stays as it was.
  .section .text.trivet_entry, "ax"
  .global trivet_entry
  .type trivet_entry, %function
trivet_entry:
  msr     daifset, #0xf
  msr     SPSel, #1
  mov     x19, x0                       // kept until trivet_boot_main
  mrs     x0, CurrentEL
  cmp     x0, #AT_EL3
  b.eq    .Lat_el3
  cmp     x0, #AT_EL2
  b.ne    .Lrelocate
.Lat_el2:
  bl      clean_code
  bl      leave_host
  bl      clean_data
.Lrelocate:
  bl      relocate
  bl      clear_bss
  adrp    x0, __stack_end
  add     x0, x0, :lo12:__stack_end
  mov     sp, x0
  mov     x29, xzr
  mrs     x0, CurrentEL
  cmp     x0, #AT_EL2
  b.ne    .Lready
  bl      trivet_build_tables
  bl      clean_data                    // drops lines older than what was written around the caches
  bl      trivet_translation_on
.Lready:
  mov     x29, xzr
  mov     x30, xzr
  mov     x0, x19
  b       trivet_boot_main

// MapRam() of ram.cc: fills the tables again. Nothing is dirty when the next store bypasses the caches, and nothing older
// than that store is left in them when they are on again.
// In:  EL2, translation on, the only CPU that runs. Clobbers what a call may.
  .global trivet_rebuild_tables
  .type trivet_rebuild_tables, %function
trivet_rebuild_tables:
  mrs     x0, DAIF
  stp     x29, x30, [sp, #-32]!
  str     x0, [sp, #16]
  mov     x29, sp
  msr     daifset, #0xf
  bl      clean_data
  bl      trivet_translation_off
  bl      trivet_build_tables
  bl      clean_data
  bl      trivet_translation_on
  ldr     x0, [sp, #16]
  ldp     x29, x30, [sp], #32
  msr     DAIF, x0
  ret
  .size trivet_rebuild_tables, . - trivet_rebuild_tables

// A cache keeps a Secure line apart from a Non-secure one of the same address, so what a loader at EL3 wrote is cleaned
// while its own translation says which it is.
.Lat_el3:
  bl      clean_code
  bl      clean_data
  adr     x0, .Lat_el2
  b       trivet_drop_to_el2

// Each cleans and invalidates a part of the image: code before the MMU is off, since the next fetch bypasses the caches;
// data, .bss and stacks after it, since the loader's tables may not map them, and no line may be dirty when the next
// store bypasses the caches.
// [arm-arm] DC CIVAC: on an address without translation too, in every cache of the outer shareable domain; CTR_EL0
// .DminLine: log2 of the words in the smallest line. Clobbers x0 to x2.
clean_code:
  adrp    x1, __image_start
  adrp    x2, __data_start
  b       .Lclean
clean_data:
  adrp    x1, __data_start
  adrp    x2, __image_end
.Lclean:
  mrs     x0, CTR_EL0
  ubfx    x0, x0, #CTR_EL0_DminLine_SHIFT, #4
  mov     x3, #4
  lsl     x0, x3, x0
  dsb     sy                            // after the stores that bypassed the caches
.Lclean_line:
  dc      civac, x1
  add     x1, x1, x0
  cmp     x1, x2
  b.lo    .Lclean_line
  dsb     sy
  ret

// Resets what the previous software at EL2 set: MMU and caches, then E2H, TGE and all routing. The code is identity
// mapped, so the next fetch finds the same instruction. TCR2_EL2 and SCTLR2_EL2 change the meaning of descriptors, so they
// are cleared if an operating system may have set them. "Booting AArch64 Linux" requires EL3 to let EL2 access them, but
// firmware older than the PE (TF-A 2.12, U-Boot at EL3) takes the trap and stops. HCR_EL2.RW tells the cases apart: an
// operating system sets it; firmware, which does not write these two, does not, unless the bit is RES1, and firmware of
// those PEs knows them. [arm-arm] ID_AA64MMFR3_EL1.TCRX, .SCTLRX.
// In:  EL2, DAIF masked. Clobbers x0, x1.
leave_host:
  mrs     x1, HCR_EL2
  load_constant x0, SCTLR_OFF
  msr     SCTLR_EL2, x0
  isb
  msr     HCR_EL2, xzr
  isb
  tbz     x1, #HCR_EL2_RW_SHIFT, .Lno_sctlr2
  mrs     x0, ID_AA64MMFR3_EL1
  tst     x0, #ID_AA64MMFR3_EL1_TCRX_MASK
  b.eq    .Lno_tcr2
  msr     SYSREG_TCR2_EL2, xzr
.Lno_tcr2:
  tst     x0, #ID_AA64MMFR3_EL1_SCTLRX_MASK
  b.eq    .Lno_sctlr2
  msr     SYSREG_SCTLR2_EL2, xzr
.Lno_sctlr2:
  adrp    x0, trivet_early_vectors
  add     x0, x0, :lo12:trivet_early_vectors
  msr     VBAR_EL2, x0
  tlbi    alle2
  ic      iallu
  dsb     sy
  isb
  ret

// Adds to every pointer in the image its distance from where it was last relocated, at first from 0. The pointer
// trivet_image_base is one of them, so that a second call changes nothing.
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

// The address for which the image's pointers are relocated.
  .section .data.trivet_image_base, "aw"
  .balign 8
trivet_image_base:
  .quad   __image_start

// The entry of a secondary CPU from PSCI CPU_ON or spin_entry.S.
// In:  EL2 (or another, which trivet_secondary_main refuses), MMU and data cache off, DAIF masked. x0 = top of this
//      CPU's stack, 16-byte aligned. The tables are in memory since the boot CPU's own translation is on.
// Out: trivet_secondary_main on that stack, as the boot CPU gets to trivet_boot_main. Nothing is read or written before
//      the caches are on.
  .section .text.trivet_secondary_entry, "ax"
  .global trivet_secondary_entry
  .type trivet_secondary_entry, %function
trivet_secondary_entry:
  msr     daifset, #0xf
  msr     SPSel, #1
  mov     sp, x0
  mrs     x0, CurrentEL
  cmp     x0, #AT_EL2
  b.ne    .Lsecondary_ready
  bl      leave_host
  bl      trivet_translation_on
.Lsecondary_ready:
  mov     x29, xzr
  mov     x30, xzr
  b       trivet_secondary_main
  .size trivet_secondary_entry, . - trivet_secondary_entry
