// The monitor: runs operations of a trace, one instruction each, with the trace's own registers in force, and gets the CPU
// back. It is copied behind the arenas of vectors and runs there at EL2 with translation off, so that no value of TCR,
// TTBR, MAIR, HCR or CPTR matters to it; it has no stack and uses no memory but what stands in it and what `context` names.
// x19 to x29 are its own: no instruction of a trace touches them, but an exception from AArch32 may cut them to 32 bits,
// so that nothing is expected of them after one.

  .set    kOperation, 0                 // struct Context, monitor.h
  .set    kOutcome, 8
  .set    kLeft, 16
  .set    kPhase, 24
  .set    kLink, 32
  .set    kHost, 40                     // HCR_EL2, CPTR_EL2, VBAR_EL2
  .set    kGroup, 64                    // address of the register with the timer's group or 0, and its bit or 0
  .set    kSaved, 80                    // ELR_EL2, SPSR_EL2, ESR_EL2, FAR_EL2, HPFAR_EL2
  .set    kControls, 120                // HCR_EL2, CPTR_EL2, SCTLR_EL2, TCR_EL2, TTBR0_EL2, MAIR_EL2, VBAR_EL2
  .set    kBelow, 176                   // ESR, ELR and SPSR of EL1 before the operation
  .set    kPc, 200                      // where the instruction stands
  .set    kContextSize, 208

  .set    kOperationSize, 32            // struct Operation, operations.h
  .set    kOutcomeSize, 64              // struct Outcome, operations.h

  .set    kKindMask, 0xff               // Operation::kind
  .set    kStore, 0
  .set    kReturn, 1
  .set    kJump, 2
  .set    kIrqBit, 8
  .set    kFiqBit, 9

  .set    kE2hBit, 34
  .set    kEl2h, 0x3c9                  // SPSR: EL2h, D, A, I and F masked
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

  // Names that exist with FEAT_VHE, by number.
#define ESR_EL12 S3_5_C5_C2_0
#define ELR_EL12 S3_5_C4_C0_1
#define SPSR_EL12 S3_5_C4_C0_0
#define FAR_EL12 S3_5_C6_C0_0

/// ESR, ELR and SPSR of EL1 into \esr, \elr and \spsr, whatever E2H makes of their names.
.macro read_el1 esr, elr, spsr
  mrs     x27, HCR_EL2
  tbnz    x27, #kE2hBit, 1f
  mrs     \esr, ESR_EL1
  mrs     \elr, ELR_EL1
  mrs     \spsr, SPSR_EL1
  b       2f
1:
  mrs     \esr, ESR_EL12
  mrs     \elr, ELR_EL12
  mrs     \spsr, SPSR_EL12
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
  str     x30, [x19, #kLink]
  ldp     x0, x1, [x19, #kControls]
  msr     HCR_EL2, x0
  isb                                   // E2H chooses the layouts of what follows
  ldp     x2, x3, [x19, #kControls + 16]
  ldp     x4, x5, [x19, #kControls + 32]
  ldr     x6, [x19, #kControls + 48]
  msr     CPTR_EL2, x1
  msr     SCTLR_EL2, x2
  msr     TCR_EL2, x3
  msr     TTBR0_EL2, x4
  msr     MAIR_EL2, x5
  msr     VBAR_EL2, x6
  isb

.Lnext:
  adr     x19, trivet_trace_context
  ldr     x20, [x19, #kLeft]
  cbz     x20, .Lleave
  sub     x20, x20, #1
  str     x20, [x19, #kLeft]
  ldr     x20, [x19, #kOperation]
  add     x21, x20, #kOperationSize
  str     x21, [x19, #kOperation]
  ldp     w24, w25, [x20, #24]          // SPSR, kind
  and     w26, w25, #kKindMask
  cbz     w26, .Lstore
  ldr     x23, [x19, #kPc]
  ldp     w21, w22, [x20, #16]          // the instruction and what brings the CPU back if it completes
  stp     w21, w22, [x23]
  dsb     sy
  ic      iallu
  dsb     sy
  isb
  read_el1 x21, x22, x28
  stp     x21, x22, [x19, #kBelow]
  str     x28, [x19, #kBelow + 16]
  tst     w25, #1 << kIrqBit | 1 << kFiqBit
  b.ne    .Lassert
.Lasserted:
  cmp     w26, #kJump
  b.eq    .Ljump
  ldp     x27, x28, [x19, #kSaved + 16]
  msr     ESR_EL2, x27
  msr     FAR_EL2, x28
  ldr     x27, [x19, #kSaved + 32]
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
  mov     x27, #kEl2h
  msr     SPSR_EL2, x27
  adr     x27, 1f
  msr     ELR_EL2, x27
  eret
  dsb     nsh
  isb
1:
  ldp     x27, x28, [x19, #kSaved]
  msr     ELR_EL2, x27
  msr     SPSR_EL2, x28
  ldp     x27, x28, [x19, #kSaved + 16]
  msr     ESR_EL2, x27
  msr     FAR_EL2, x28
  ldr     x27, [x19, #kSaved + 32]
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
  ldr     x21, [x19, #kOutcome]
  str     xzr, [x21]
  b       .Lreported

// Raises the EL2 physical timer's interrupt as IRQ or as FIQ: its group decides. [gic] IHI 0069, 4.6: in a GIC with one
// security state Group 0 arrives as FIQ.
.Lassert:
  ldp     x21, x22, [x19, #kGroup]
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
  ldr     x21, [x19, #kOutcome]
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
  ldr     x27, [x19, #kPhase]
  cbnz    x27, .Lpstate
  ldr     x23, [x19, #kOutcome]
  str     x0, [x23, #56]
  mrs     x20, ESR_EL2
  mrs     x21, ELR_EL2
  mrs     x22, SPSR_EL2
  mov     w24, #kHvcArrived
  movk    w24, #kEcHvc, lsl #16
  cmp     x20, x24
  b.eq    .Lfrom_el1
  ldr     x25, [x19, #kPc]
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
  stp     x21, x22, [x19, #kSaved]
  stp     x20, x24, [x19, #kSaved + 16]
  str     x25, [x19, #kSaved + 32]
  mov     x27, #1
  str     x27, [x19, #kPhase]
  udf     #0                            // saves the whole PSTATE that the exception left
.Lpstate:
  str     xzr, [x19, #kPhase]
  ldr     x23, [x19, #kOutcome]
  mrs     x27, SPSR_EL2
  str     x27, [x23, #48]
  b       .Lfinish

.Lfrom_el1:                             // x28: EL1's vector; x22: PSTATE there
  read_el1 x20, x21, x24
  mov     w25, #kSvcDone
  movk    w25, #kEcSvc, lsl #16
  cmp     x20, x25
  b.ne    1f
  ldr     x25, [x19, #kPc]
  add     x25, x25, #8
  cmp     x21, x25
  b.eq    .Lcompleted_at_el0
1:
  and     x28, x28, #kSlotMask
  orr     x28, x28, #kEl1
  stp     x28, x20, [x23]
  stp     x21, x24, [x23, #16]
  mrs     x27, HCR_EL2
  tbnz    x27, #kE2hBit, 1f
  mrs     x27, FAR_EL1
  b       2f
1:
  mrs     x27, FAR_EL12
2:
  stp     x27, xzr, [x23, #32]
  str     x22, [x23, #48]
  b       .Lfinish

.Lcompleted_at_el0:                     // the SVC that said so overwrote what EL1 had
  ldp     x20, x21, [x19, #kBelow]
  ldr     x24, [x19, #kBelow + 16]
  mrs     x27, HCR_EL2
  tbnz    x27, #kE2hBit, 1f
  msr     ESR_EL1, x20
  msr     ELR_EL1, x21
  msr     SPSR_EL1, x24
  b       .Lcompleted
1:
  msr     ESR_EL12, x20
  msr     ELR_EL12, x21
  msr     SPSR_EL12, x24
.Lcompleted:
  str     xzr, [x23]
  b       .Lfinish

// An instruction at EL2 completed, and the branch behind it came here.
trivet_trace_done:
  msr     DAIFSet, #0xf
  adr     x19, trivet_trace_context
  ldr     x23, [x19, #kOutcome]
  str     x0, [x23, #56]
  str     xzr, [x23]
  ldr     x20, [x19, #kOperation]
  ldur    w25, [x20, #28 - kOperationSize]
  and     w25, w25, #kKindMask
  cmp     w25, #kJump
  b.ne    .Lfinish
  mrs     x20, ELR_EL2
  mrs     x21, SPSR_EL2
  stp     x20, x21, [x19, #kSaved]
  mrs     x20, ESR_EL2
  mrs     x21, FAR_EL2
  stp     x20, x21, [x19, #kSaved + 16]
  mrs     x20, HPFAR_EL2
  str     x20, [x19, #kSaved + 32]

.Lfinish:                               // the line falls, if it was raised
  msr     SPSel, #1
  ldr     x20, [x19, #kOperation]
  ldur    w25, [x20, #28 - kOperationSize]
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
  ldr     x20, [x19, #kOutcome]
  add     x20, x20, #kOutcomeSize
  str     x20, [x19, #kOutcome]
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
  stp     x0, x1, [x19, #kControls]
  stp     x2, x3, [x19, #kControls + 16]
  stp     x4, x5, [x19, #kControls + 32]
  str     x6, [x19, #kControls + 48]
  ldp     x0, x1, [x19, #kHost]
  ldr     x2, [x19, #kHost + 16]
  msr     HCR_EL2, x0
  isb
  msr     CPTR_EL2, x1
  msr     VBAR_EL2, x2
  isb
  ldr     x30, [x19, #kLink]
  ret

  .balign 16
trivet_trace_context:
  .skip   kContextSize
trivet_trace_monitor_end:

// void trivet_trace_run(const void* monitor): runs the copy of the monitor at this address.
// In:  EL2, DAIF masked, translation as the runtime turned it on, nothing dirty in the caches that an operation's cache
//      maintenance must not lose.
// Out: everything as before. Stack: 96 bytes, not touched while translation is off.
  .section .text.trivet_trace_run, "ax"
  .global trivet_trace_run
  .type trivet_trace_run, %function
trivet_trace_run:
  stp     x29, x30, [sp, #-96]!
  stp     x19, x20, [sp, #16]
  stp     x21, x22, [sp, #32]
  stp     x23, x24, [sp, #48]
  stp     x25, x26, [sp, #64]
  stp     x27, x28, [sp, #80]
  mov     x19, x0
  bl      trivet_translation_off
  ic      iallu
  dsb     sy
  isb
  blr     x19
  bl      trivet_translation_on
  ldp     x27, x28, [sp, #80]
  ldp     x25, x26, [sp, #64]
  ldp     x23, x24, [sp, #48]
  ldp     x21, x22, [sp, #32]
  ldp     x19, x20, [sp, #16]
  ldp     x29, x30, [sp], #96
  ret
  .size trivet_trace_run, . - trivet_trace_run
