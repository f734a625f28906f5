// Where a CPU jumps that waited in a spin table: it knows nothing but its number.
// In:  any EL, MMU off, DAIF masked, no stack.
// Out: trivet_spin_starts[MPIDR_EL1.Aff0].entry, with x0 = .context. Clobbers x0 to x3.
  .section .text.trivet_spin_entry, "ax"
  .global trivet_spin_entry
  .type trivet_spin_entry, %function
trivet_spin_entry:
  mrs     x1, MPIDR_EL1
  and     x1, x1, #7
  adrp    x2, trivet_spin_starts
  add     x2, x2, :lo12:trivet_spin_starts
  add     x2, x2, x1, lsl #4
  ldp     x3, x0, [x2]
  br      x3
  .size trivet_spin_entry, . - trivet_spin_entry
