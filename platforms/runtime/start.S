// First instructions of the boot CPU and of the others, and the early vectors.

// The flat image's entry point.
// In:  EL2, MMU and data cache off, any DAIF. x0 to x3 as the loader left them (unused).
// Out: trivet_boot_main on the boot stack, .bss clear, DAIF masked.
  .section .text.boot, "ax"
  .global _start
  .type _start, %function
_start:
  msr     daifset, #0xf
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
  adrp    x0, __stack_end
  add     x0, x0, :lo12:__stack_end
  mov     sp, x0
  mov     x29, xzr
  mov     x30, xzr
  b       trivet_boot_main
  .size _start, . - _start

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
