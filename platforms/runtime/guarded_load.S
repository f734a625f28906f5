// trivet_guarded_load: reads a word where there may be no memory.
// In:  EL2, DAIF masked, SP_EL2, MMU off or on; x0 = address, 4-byte aligned, x1 = where to store the word.
// Out: x0 = 1 and the word stored, or 0 where the read took an exception. VBAR_EL2 as before. Clobbers x2 to x5.
  .section .text.trivet_guarded_load, "ax"
  .global trivet_guarded_load
  .type trivet_guarded_load, %function
trivet_guarded_load:
  mrs     x2, VBAR_EL2
  adrp    x3, .Lguard_vectors
  add     x3, x3, :lo12:.Lguard_vectors
  msr     VBAR_EL2, x3
  isb
  mov     x4, #1
  ldr     w3, [x0]
  dsb     sy
.Lafter_load:
  msr     VBAR_EL2, x2
  isb
  cbz     x4, .Lfaulted
  str     w3, [x1]
.Lfaulted:
  mov     x0, x4
  ret
  .size trivet_guarded_load, . - trivet_guarded_load

// Only the synchronous exception of this level is expected here, and an SError stays masked.
  .balign 0x800
.Lguard_vectors:
  .set    offset, 0
  .rept   16
  .balign 0x80
  .if offset == 0x200                   // [arm-arm] D1.3.1: synchronous, current EL with SP_ELx
  mov     x4, xzr
  adr     x5, .Lafter_load
  msr     ELR_EL2, x5
  eret
  dsb     nsh                           // no speculation past the ERET
  isb
  .else
  b       trivet_early_vectors + offset
  .endif
  .set    offset, offset + 0x80
  .endr
  .balign 0x80
