// Where a CPU jumps that waited in a spin table: it knows nothing but its affinity.
// In:  any EL, MMU off, DAIF masked, no stack.
// Out: the .entry of the element of trivet_spin_starts with its affinity, with x0 = .context. Waits for ever where there
//      is none. Clobbers x0 to x4.
// [arm-arm] MPIDR_EL1: Aff3 at 39:32, Aff2 to Aff0 at 23:0.
  .section .text.trivet_spin_entry, "ax"
  .global trivet_spin_entry
  .type trivet_spin_entry, %function
trivet_spin_entry:
  mrs     x1, MPIDR_EL1
  and     x1, x1, #0xffffffffff
  and     x1, x1, #0xffffffff00ffffff
  adrp    x2, trivet_spin_starts
  add     x2, x2, :lo12:trivet_spin_starts
  adrp    x3, trivet_spin_starts_end
  add     x3, x3, :lo12:trivet_spin_starts_end
.Lnext_start:
  cmp     x2, x3
  b.hs    .Lnobody
  ldp     x4, x0, [x2], #32
  cmp     x4, x1
  b.ne    .Lnext_start
  cbz     x0, .Lnext_start
  mov     x4, x0
  ldr     x0, [x2, #-16]
  br      x4
.Lnobody:
  wfe
  b       .Lnobody
  .size trivet_spin_entry, . - trivet_spin_entry

// Written by spin_table.cc: affinity, entry (0: unused), context, nothing.
  .section .bss.trivet_spin_starts, "aw", %nobits
  .balign 64
  .global trivet_spin_starts, trivet_spin_starts_end
trivet_spin_starts:
  .skip   16 * 32
trivet_spin_starts_end:
