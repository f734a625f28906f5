// SPDX-License-Identifier: Apache-2.0 OR MIT
// The vector tables of finder_rig.h, and exceptions of EL2 that come back.

#include "hal/el2/callee_saved.inc"
#include "vectors/el2/vector_table.inc"

#define FINDER_TABLE(finder, by, number, area) vector_table trivet_test_##finder, finder, number, area;
#include "tests/guest/finder_tables.def"
  vector_table trivet_test_page_at_symbol, page_at_symbol, trivet_test_symbol_page

/// void NAME(std::uint64_t top, void (*function)(void*), void* argument)
begin_function trivet_test_on_stack
  stp x29, x30, [sp, #-32]!
  str x19, [sp, #16]
  mov x19, sp
  mov sp, x0
  mov x0, x2
  blr x1
  mov sp, x19
  ldr x19, [sp, #16]
  ldp x29, x30, [sp], #32
  ret
end_function

/// void NAME(std::uint64_t slot): what the slot does after an SError from EL2 with SP_EL2, D, A, I and F masked.
begin_function trivet_test_serror
  adr x1, 1f
  msr elr_el2, x1
  mov x1, #0x3c9
  msr spsr_el2, x1
  br x0
1:
  ret
end_function

/// void NAME(std::uint64_t* sp, std::uint64_t at): BRK with `at` in SP_EL2. Returns when trivet_test_leave_crash is
/// called with what it writes to `sp`.
begin_function trivet_test_crash
  save_callee_saved
  mov x2, sp
  str x2, [x0]
  mov sp, x1
  brk #0x79
end_function

begin_function trivet_test_leave_crash
  mov sp, x0
  restore_callee_saved
  ret
end_function
