// SPDX-License-Identifier: Apache-2.0 OR MIT
// The crash path: fill the record, switch to the emergency stack, call the host's fatal handler.

#include "vectors/el2/macros.inc"

/// In: x0 = CpuSlot, x1 = the slot's offset, original x0 in TPIDRRO_EL0, original x1 in the slot's scratch
/// word. Never returns. Runs on the emergency stack from the point where it calls anything.
begin_function trivet_crash
  str x1, [x0, #CPU_CRASH_VECTOR]
  mrs x1, tpidrro_el0
  str x1, [x0, #CPU_CRASH_X]
  ldr x1, [x0, #CPU_SCRATCH]
  str x1, [x0, #CPU_CRASH_X + 8]
  each_pair_from_x2 stp, x0, CPU_CRASH_X
  str x30, [x0, #CPU_CRASH_X + 8 * 30]
  mov x1, sp
  str x1, [x0, #CPU_CRASH_SP]
#define CRASH_REGISTER(member, Type, NAME) mrs x1, NAME; str x1, [x0, #CPU_CRASH_##NAME];
#include "vectors/crash_registers.def"
  add x1, x0, #CPU_PAGE_SIZE
  mov sp, x1
  ldr x1, [x0, #CPU_FATAL]
  blr x1
  b trivet_park
end_function

/// Stops this CPU, interrupts masked.
begin_function trivet_park
1:
  wfe
  b 1b
end_function
