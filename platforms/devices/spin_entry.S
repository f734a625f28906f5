// SPDX-License-Identifier: Apache-2.0 OR MIT
// The entry of a CPU that waited in a spin table. It has nothing but its affinity.
// In:  any EL, MMU off, DAIF masked, no stack.
// Out: finds the element of trivet_spin_starts with its affinity, writes 1 to .arrived, waits for .entry, and goes there
//      with x0 = .context. Waits too where there is no such element. Clobbers x0 to x5.

#include "hal/asm_constants.h"
#include "platforms/devices/spin_start.h"

#define AFFINITY (MPIDR_EL1_Aff2_MASK | MPIDR_EL1_Aff1_MASK | MPIDR_EL1_Aff0_MASK)

  .section .text.trivet_spin_entry, "ax"
  .global trivet_spin_entry
  .type trivet_spin_entry, %function
trivet_spin_entry:
  mrs     x1, MPIDR_EL1
  mov     x2, #(AFFINITY & 0xffff)
  movk    x2, #(AFFINITY >> 16), lsl #16
  movk    x2, #(MPIDR_EL1_Aff3_MASK >> 32), lsl #32
  and     x1, x1, x2
  orr     x1, x1, #SPIN_START_IN_USE
.Lsearch:
  adrp    x2, trivet_spin_starts
  add     x2, x2, :lo12:trivet_spin_starts
  add     x3, x2, #(SPIN_START_SIZE * SPIN_START_COUNT)
.Lnext_start:
  cmp     x2, x3
  b.hs    .Lwait
  mov     x5, x2
  add     x2, x2, #SPIN_START_SIZE
  ldr     x0, [x5, #SPIN_START_AFFINITY]
  cmp     x0, x1
  b.ne    .Lnext_start
  mov     x4, #1
  str     x4, [x5, #SPIN_START_ARRIVED]
  dsb     sy
  ldr     x4, [x5, #SPIN_START_ENTRY]
  cbz     x4, .Lwait
  dsb     sy                            // .context was written before .entry
  ldr     x0, [x5, #SPIN_START_CONTEXT]
  br      x4
// The boot CPU may have started the image again since, and cleared the list.
.Lwait:
  wfe
  b       .Lsearch
  .size trivet_spin_entry, . - trivet_spin_entry
