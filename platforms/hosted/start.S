// SPDX-License-Identifier: Apache-2.0 OR MIT
// Entry of an image that resident firmware calls as a function, and the return.

#include "hal/asm_constants.h"
#include "hal/el2/callee_saved.inc"

// int trivet_entry(int argc, char* const argv[]): what a boot loader's `go` calls.
// In:  the firmware's EL, MMU, caches, stack and interrupt mask, which all stay; x18 is reserved ([u-boot]: its global
//      data). x1 = argv, or 0 from a loader of kernels, to which there is no return. [arm64-image] x1 to x3.
// Out: x0 = main's status; x18 to x30, SP and the FP registers as they were.
  .section .text.trivet_entry, "ax"
  .global trivet_entry
  .type trivet_entry, %function
trivet_entry:
  cbz     x1, .Lno_firmware
  save_callee_saved
  mov     x29, sp
  bl      synchronize_code
  mov     x2, sp
  bl      trivet_hosted_command
.Lreturn:
  restore_callee_saved
  ret
.Lno_firmware:
  msr     daifset, #0xf
  bl      synchronize_code
  adrp    x0, __stack_end
  add     x0, x0, :lo12:__stack_end
  mov     sp, x0
  mov     x29, xzr
  mov     x30, xzr
  b       trivet_hosted_without_host
  .size trivet_entry, . - trivet_entry

// [[noreturn]] void trivet_hosted_return(int status, void* frame): returns to trivet_entry's caller from any depth.
// In: x1 = SP at the call of trivet_hosted_command.
  .global trivet_hosted_return
  .type trivet_hosted_return, %function
trivet_hosted_return:
  mov     sp, x1
  b       .Lreturn
  .size trivet_hosted_return, . - trivet_hosted_return

// Makes what the loader wrote as data visible to instruction fetch. [arm-arm] "Synchronization and coherency issues
// between data and instruction accesses"; CTR_EL0: log2 of the words in the smallest lines. Clobbers x9 to x13.
  .type synchronize_code, %function
synchronize_code:
  mrs     x9, CTR_EL0
  mov     x10, #4
  ubfx    x11, x9, #CTR_EL0_DminLine_SHIFT, #4
  lsl     x11, x10, x11
  adrp    x12, __image_start
  adrp    x13, __data_start
.Lclean_line:
  dc      cvau, x12
  add     x12, x12, x11
  cmp     x12, x13
  b.lo    .Lclean_line
  dsb     ish
  ubfx    x11, x9, #CTR_EL0_IminLine_SHIFT, #4
  lsl     x11, x10, x11
  adrp    x12, __image_start
.Linvalidate_line:
  ic      ivau, x12
  add     x12, x12, x11
  cmp     x12, x13
  b.lo    .Linvalidate_line
  dsb     ish
  isb
  ret
  .size synchronize_code, . - synchronize_code
