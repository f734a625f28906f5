// SPDX-License-Identifier: Apache-2.0 OR MIT
// The monitor: runs operations of a trace, one instruction each, with the trace's own registers in force, and gets the CPU
// back. It is copied behind the arenas of vectors and runs there at EL2 with translation off, so that no value of TCR,
// TTBR, MAIR, HCR or CPTR matters to it; it has no stack and uses no memory but what stands in it and what `context` names.
// x19 to x29 are its own: no instruction of a trace touches them, but an exception from AArch32 may cut them to 32 bits,
// so that nothing is expected of them after one.

#include "hal/asm_constants.h"
#include "hal/el2/callee_saved.inc"
#include "lab/board/trace/monitor_offsets.h"

  .set    kKindMask, 0xff               // Operation::kind
  .set    kStore, 0
  .set    kReturn, 1
  .set    kJump, 2
  .set    kIrqBit, 8
  .set    kFiqBit, 9

// EL2h, D, A, I and F masked.
#define EL2H_MASKED \
  (SPSR_EL2_D_MASK | SPSR_EL2_A_MASK | SPSR_EL2_I_MASK | SPSR_EL2_F_MASK | 9 << SPSR_EL2_M_SHIFT)
  .set    kEl2, 2 << 12                 // Outcome::what
  .set    kEl1, 1 << 12
  .set    kImpossible, 0xffff
  .set    kSlotMask, 0x780              // a vector's offset in its table
  // Syndromes of the monitor's own calls. [arm-arm] ESR_ELx.EC: 0x15 SVC, 0x16 HVC from AArch64, IL set.
  .set    kSvcDone, 0x7f01
  .set    kHvcDone, 0x7f01
  .set    kHvcArrived, 0x7f03
  .set    kEcSvc, 0x5600
  .set    kEcHvc, 0x5a00

/// ESR, ELR and SPSR of EL1 into \esr, \elr and \spsr, whatever E2H makes of their names.
.macro read_el1 esr, elr, spsr
  mrs     x27, HCR_EL2
  tbnz    x27, #HCR_EL2_E2H_SHIFT, 1f
  mrs     \esr, ESR_EL1
  mrs     \elr, ELR_EL1
  mrs     \spsr, SPSR_EL1
  b       2f
1:
  mrs     \esr, SYSREG_ESR_EL12
  mrs     \elr, SYSREG_ELR_EL12
  mrs     \spsr, SYSREG_SPSR_EL12
2:
.endm

  .section .text.trivet_trace_monitor, "ax"
  .balign 64
  .global trivet_trace_monitor, trivet_trace_monitor_end
  .global trivet_trace_context, trivet_trace_arrival, trivet_trace_done

// In:  EL2h, masked, translation off, this copy in memory and nothing of it in the caches, `context` filled.
// Out: context.left operations run, their outcomes stored, the host's HCR, CPTR and VBAR back, translation off.
//      Clobbers everything but SP.
trivet_trace_monitor:
  adr     x19, trivet_trace_context
  str     x30, [x19, #CONTEXT_LINK]
  ldp     x0, x1, [x19, #CONTEXT_CONTROLS]
  msr     HCR_EL2, x0
  isb                                   // E2H chooses the layouts of what follows
  ldp     x2, x3, [x19, #CONTEXT_CONTROLS + 16]
  ldp     x4, x5, [x19, #CONTEXT_CONTROLS + 32]
  ldr     x6, [x19, #CONTEXT_CONTROLS + 48]
  msr     CPTR_EL2, x1
  msr     SCTLR_EL2, x2
  msr     TCR_EL2, x3
  msr     TTBR0_EL2, x4
  msr     MAIR_EL2, x5
  msr     VBAR_EL2, x6
  isb

.Lnext:
  adr     x19, trivet_trace_context
  ldr     x20, [x19, #CONTEXT_LEFT]
  cbz     x20, .Lleave
  sub     x20, x20, #1
  str     x20, [x19, #CONTEXT_LEFT]
  ldr     x20, [x19, #CONTEXT_OPERATION]
  add     x21, x20, #OPERATION_SIZE
  str     x21, [x19, #CONTEXT_OPERATION]
  ldp     w24, w25, [x20, #OPERATION_SPSR]  // and kind
  and     w26, w25, #kKindMask
  cbz     w26, .Lstore
  ldr     x23, [x19, #CONTEXT_PC]
  ldp     w21, w22, [x20, #OPERATION_WORD]  // the instruction and what brings the CPU back if it completes
  stp     w21, w22, [x23]
  dsb     sy
  ic      iallu
  dsb     sy
  isb
  read_el1 x21, x22, x28
  stp     x21, x22, [x19, #CONTEXT_BELOW]
  str     x28, [x19, #CONTEXT_BELOW + 16]
  tst     w25, #1 << kIrqBit | 1 << kFiqBit
  b.ne    .Lassert
.Lasserted:
  cmp     w26, #kJump
  b.eq    .Ljump
  ldp     x27, x28, [x19, #CONTEXT_SAVED + 16]
  msr     ESR_EL2, x27
  msr     FAR_EL2, x28
  ldr     x27, [x19, #CONTEXT_SAVED + 32]
  msr     HPFAR_EL2, x27
  msr     ELR_EL2, x23
  msr     SPSR_EL2, x24
  ldp     x0, x1, [x20]
  eret
  dsb     nsh                           // no speculation past the ERET
  isb

// At EL2 without an exception return, so that the instruction finds the trace's own ELR_EL2 and SPSR_EL2. What else
// PSTATE has (PAN, UAO, flags ...) is cleared by an exception return to here first.
.Ljump:
  mov     x27, #EL2H_MASKED
  msr     SPSR_EL2, x27
  adr     x27, 1f
  msr     ELR_EL2, x27
  eret
  dsb     nsh
  isb
1:
  ldp     x27, x28, [x19, #CONTEXT_SAVED]
  msr     ELR_EL2, x27
  msr     SPSR_EL2, x28
  ldp     x27, x28, [x19, #CONTEXT_SAVED + 16]
  msr     ESR_EL2, x27
  msr     FAR_EL2, x28
  ldr     x27, [x19, #CONTEXT_SAVED + 32]
  msr     HPFAR_EL2, x27
  ldp     x0, x1, [x20]
  tbnz    w24, #0, 1f
  msr     SPSel, #0
1:
  isb
  ret     x23

.Lstore:
  ldp     x21, x22, [x20]
  str     x21, [x22]
  dsb     sy
  ldr     x21, [x19, #CONTEXT_OUTCOME]
  str     xzr, [x21]
  b       .Lreported

// Raises the EL2 physical timer's interrupt as IRQ or as FIQ: its group decides. [gic] IHI 0069, 4.6: in a GIC with one
// security state Group 0 arrives as FIQ.
.Lassert:
  ldp     x21, x22, [x19, #CONTEXT_GROUP]
  cbz     x22, .Limpossible
  cbz     x21, 2f
  ldr     w27, [x21]
  orr     w27, w27, w22
  tbz     w25, #kFiqBit, 1f
  bic     w27, w27, w22
1:
  str     w27, [x21]
  dsb     sy
  b       3f
2:
  tbnz    w25, #kFiqBit, .Limpossible
3:
  msr     CNTHP_CVAL_EL2, xzr
  mov     x27, #1
  msr     CNTHP_CTL_EL2, x27
  isb
  mov     x28, #1 << 20
1:
  mrs     x27, ISR_EL1
  cbnz    x27, .Lasserted
  subs    x28, x28, #1
  b.ne    1b
.Limpossible:
  mov     x27, #kImpossible
  ldr     x21, [x19, #CONTEXT_OUTCOME]
  str     x27, [x21]
  b       .Lfinish

// Every vector of the arenas comes here, at EL1 or EL2, with its own address in x29.
trivet_trace_arrival:
  mrs     x27, CurrentEL
  tbnz    x27, #3, .Lat_el2
  mov     x28, x29
  hvc     #kHvcArrived

.Lat_el2:
  adr     x19, trivet_trace_context
  ldr     x27, [x19, #CONTEXT_PHASE]
  cbnz    x27, .Lpstate
  ldr     x23, [x19, #CONTEXT_OUTCOME]
  str     x0, [x23, #OUTCOME_X0]
  mrs     x20, ESR_EL2
  mrs     x21, ELR_EL2
  mrs     x22, SPSR_EL2
  mov     w24, #kHvcArrived
  movk    w24, #kEcHvc, lsl #16
  cmp     x20, x24
  b.eq    .Lfrom_el1
  ldr     x25, [x19, #CONTEXT_PC]
  add     x25, x25, #8
  cmp     x21, x25
  b.ne    .Ltaken
  mov     w24, #kHvcDone
  movk    w24, #kEcHvc, lsl #16
  cmp     x20, x24
  b.eq    .Lcompleted
  mov     w24, #kSvcDone
  movk    w24, #kEcSvc, lsl #16
  cmp     x20, x24
  b.eq    .Lcompleted

.Ltaken:                                // an exception of the operation, taken to EL2
  and     x29, x29, #kSlotMask
  orr     x29, x29, #kEl2
  mrs     x24, FAR_EL2
  mrs     x25, HPFAR_EL2
  stp     x29, x20, [x23]
  stp     x21, x22, [x23, #16]
  stp     x24, x25, [x23, #32]
  stp     x21, x22, [x19, #CONTEXT_SAVED]
  stp     x20, x24, [x19, #CONTEXT_SAVED + 16]
  str     x25, [x19, #CONTEXT_SAVED + 32]
  mov     x27, #1
  str     x27, [x19, #CONTEXT_PHASE]
  udf     #0                            // saves the whole PSTATE that the exception left
.Lpstate:
  str     xzr, [x19, #CONTEXT_PHASE]
  ldr     x23, [x19, #CONTEXT_OUTCOME]
  mrs     x27, SPSR_EL2
  str     x27, [x23, #OUTCOME_PSTATE]
  b       .Lfinish

.Lfrom_el1:                             // x28: EL1's vector; x22: PSTATE there
  read_el1 x20, x21, x24
  mov     w25, #kSvcDone
  movk    w25, #kEcSvc, lsl #16
  cmp     x20, x25
  b.ne    1f
  ldr     x25, [x19, #CONTEXT_PC]
  add     x25, x25, #8
  cmp     x21, x25
  b.eq    .Lcompleted_at_el0
1:
  and     x28, x28, #kSlotMask
  orr     x28, x28, #kEl1
  stp     x28, x20, [x23]
  stp     x21, x24, [x23, #16]
  mrs     x27, HCR_EL2
  tbnz    x27, #HCR_EL2_E2H_SHIFT, 1f
  mrs     x27, FAR_EL1
  b       2f
1:
  mrs     x27, SYSREG_FAR_EL12
2:
  stp     x27, xzr, [x23, #32]
  str     x22, [x23, #OUTCOME_PSTATE]
  b       .Lfinish

.Lcompleted_at_el0:                     // the SVC that reports it overwrote what EL1 had
  ldp     x20, x21, [x19, #CONTEXT_BELOW]
  ldr     x24, [x19, #CONTEXT_BELOW + 16]
  mrs     x27, HCR_EL2
  tbnz    x27, #HCR_EL2_E2H_SHIFT, 1f
  msr     ESR_EL1, x20
  msr     ELR_EL1, x21
  msr     SPSR_EL1, x24
  b       .Lcompleted
1:
  msr     SYSREG_ESR_EL12, x20
  msr     SYSREG_ELR_EL12, x21
  msr     SYSREG_SPSR_EL12, x24
.Lcompleted:
  str     xzr, [x23]
  b       .Lfinish

// An instruction at EL2 completed, and the branch behind it came here.
trivet_trace_done:
  msr     DAIFSet, #0xf
  adr     x19, trivet_trace_context
  ldr     x23, [x19, #CONTEXT_OUTCOME]
  str     x0, [x23, #OUTCOME_X0]
  str     xzr, [x23]
  ldr     x20, [x19, #CONTEXT_OPERATION]
  ldur    w25, [x20, #OPERATION_KIND - OPERATION_SIZE]
  and     w25, w25, #kKindMask
  cmp     w25, #kJump
  b.ne    .Lfinish
  mrs     x20, ELR_EL2
  mrs     x21, SPSR_EL2
  stp     x20, x21, [x19, #CONTEXT_SAVED]
  mrs     x20, ESR_EL2
  mrs     x21, FAR_EL2
  stp     x20, x21, [x19, #CONTEXT_SAVED + 16]
  mrs     x20, HPFAR_EL2
  str     x20, [x19, #CONTEXT_SAVED + 32]

.Lfinish:                               // the line falls, if it was raised
  msr     SPSel, #1
  ldr     x20, [x19, #CONTEXT_OPERATION]
  ldur    w25, [x20, #OPERATION_KIND - OPERATION_SIZE]
  tst     w25, #1 << kIrqBit | 1 << kFiqBit
  b.eq    .Lreported
  msr     CNTHP_CTL_EL2, xzr
  isb
  mov     x28, #1 << 20
1:
  mrs     x27, ISR_EL1
  cbz     x27, .Lreported
  subs    x28, x28, #1
  b.ne    1b
.Lreported:
  ldr     x20, [x19, #CONTEXT_OUTCOME]
  add     x20, x20, #OUTCOME_SIZE
  str     x20, [x19, #CONTEXT_OUTCOME]
  isb
  b       .Lnext

.Lleave:
  mrs     x0, HCR_EL2
  mrs     x1, CPTR_EL2
  mrs     x2, SCTLR_EL2
  mrs     x3, TCR_EL2
  mrs     x4, TTBR0_EL2
  mrs     x5, MAIR_EL2
  mrs     x6, VBAR_EL2
  stp     x0, x1, [x19, #CONTEXT_CONTROLS]
  stp     x2, x3, [x19, #CONTEXT_CONTROLS + 16]
  stp     x4, x5, [x19, #CONTEXT_CONTROLS + 32]
  str     x6, [x19, #CONTEXT_CONTROLS + 48]
  ldp     x0, x1, [x19, #CONTEXT_HOST]
  ldr     x2, [x19, #CONTEXT_HOST + 16]
  msr     HCR_EL2, x0
  isb
  msr     CPTR_EL2, x1
  msr     VBAR_EL2, x2
  isb
  ldr     x30, [x19, #CONTEXT_LINK]
  ret

  .balign 16
trivet_trace_context:
  .skip   CONTEXT_SIZE
trivet_trace_monitor_end:

// void trivet_trace_run(const void* monitor): runs the copy of the monitor at this address.
// In:  EL2, DAIF masked, translation as the runtime turned it on, nothing dirty in the caches that an operation's cache
//      maintenance must not lose.
// Out: everything as before. Stack: 112 bytes, not touched while translation is off.
  .section .text.trivet_trace_run, "ax"
  .global trivet_trace_run
  .type trivet_trace_run, %function
trivet_trace_run:
  save_callee_saved
  mov     x19, x0
  bl      trivet_translation_off
  ic      iallu
  dsb     sy
  isb
  blr     x19
  bl      trivet_translation_on
  restore_callee_saved
  ret
  .size trivet_trace_run, . - trivet_trace_run
