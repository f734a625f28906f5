// SPDX-License-Identifier: Apache-2.0 OR MIT
// Enters the image again in a state that a loader could have left.

#include "platforms/runtime/entry_state_offsets.h"
#include "platforms/runtime/registers.inc"

  .section .text.trivet_enter_in_state, "ax"
  .global trivet_enter_in_state
  .type trivet_enter_in_state, %function
// In:  x0 = an EntryState, x1 = the loader's argument; EL2, translation on. Does not return.
trivet_enter_in_state:
  msr     daifset, #0xf
  mov     x4, x1
  ldr     x10, [x0, #ENTRY_STATE_HCR]
  ldr     x11, [x0, #ENTRY_STATE_SCTLR]
  ldr     x12, [x0, #ENTRY_STATE_VBAR]
  ldr     x13, [x0, #ENTRY_STATE_CPTR]
  ldr     x14, [x0, #ENTRY_STATE_CNTHCTL]
  ldr     x15, [x0, #ENTRY_STATE_DAIF]
  ldr     x16, [x0, #ENTRY_STATE_SPSEL]
  ldr     x17, [x0, #ENTRY_STATE_TCR2]
  bl      trivet_translation_off
  msr     HCR_EL2, x10
  isb
  tbz     x11, #SCTLR_EL2_M_SHIFT, .Lstays_off
  bl      trivet_translation_on
.Lstays_off:
  msr     SCTLR_EL2, x11
  msr     VBAR_EL2, x12
  msr     CPTR_EL2, x13
  msr     CNTHCTL_EL2, x14
  mrs     x0, ID_AA64MMFR3_EL1
  tst     x0, #ID_AA64MMFR3_EL1_TCRX_MASK
  b.eq    .Lno_tcr2
  msr     SYSREG_TCR2_EL2, x17
.Lno_tcr2:
  isb
  cbnz    x16, .Lsp_el2
  msr     SPSel, #0
.Lsp_el2:
  msr     DAIF, x15
  mov     x0, x4
  mov     x1, #0xdead
  mov     x2, x1
  mov     x3, x1
  mov     x30, x1
  // The header is not executable under this image's own translation.
  tbnz    x11, #SCTLR_EL2_M_SHIFT, trivet_entry
  b       _start
  .size trivet_enter_in_state, . - trivet_enter_in_state
