// SPDX-License-Identifier: Apache-2.0 OR MIT
// The kernel as the guest: what it comes to EL2 for.
#include "el2.h"

// [linux] arch/arm64/include/asm/virt.h: what a kernel calls its stub for, and what that returns
// for anything else.
enum { HVC_SOFT_RESTART = 1, HVC_RESET_VECTORS = 2, HVC_STUB_ERR = 0xbadca11 };

/// EL2 with SP_EL2, D, A, I and F masked. [arm-arm] SPSR_EL2.
enum { EL2H = 0x3c9 };

enum next { RESUME = -1 };  // Or an enum leave.

/// kexec, from a kernel that did not unload the module: a panic. x1: where, at EL2; x2 to x4: its
/// x0 to x2.
static int restart(struct cpu* cpu, trivet_frame* frame) {
  if (trivet_cpu_disable(&cpu->el2) != TRIVET_OK) trivet_cpu_panic(&cpu->el2);
  frame->pc = frame->x[1];
  for (unsigned i = 0; i < 3; ++i) frame->x[i] = frame->x[i + 2];
  frame->pstate = EL2H;
  return LEAVE_RESTART;
}

/// What is no call of the module's is one of the kernel's stub.
static int serve_hypercall(struct cpu* cpu, trivet_frame* frame) {
  switch (frame->x[0]) {
    case LAUNCH_GIVE: return LEAVE_GIVE;
    case LAUNCH_GIVE_ALL: return LEAVE_GIVE_ALL;
    case HVC_SOFT_RESTART: return restart(cpu, frame);
    case LAUNCH_SECOND_START: frame->x[0] = (uint64_t)second_start(&frame->x[1]); break;
    case LAUNCH_SECOND_STOP: frame->x[0] = second_stop(&cpu->el2); break;
    case LAUNCH_SECOND_BEATS: frame->x[0] = second_beats(); break;
    case HVC_RESET_VECTORS: frame->x[0] = 0; break;
    default: frame->x[0] = HVC_STUB_ERR;
  }
  return RESUME;
}

/// The firmware's answer is the guest's. A CPU that is turned off loses EL2: it is the host's
/// before, and again ours if the firmware refuses.
static int serve_firmware_call(struct cpu* cpu, trivet_frame* frame) {
  frame->pc += 4;  // [arm-arm] HCR_EL2.TSC: the preferred return address is that of the SMC.
  const bool off = (uint32_t)frame->x[0] == PSCI_CPU_OFF;
  if (off) (void)trivet_cpu_disable(&cpu->el2);
  smc(frame->x);
  if (off && trivet_cpu_enable(&cpu->el2) == TRIVET_OK) memory_use();
  return RESUME;
}

/// As on a bus that has nothing there. What EL1 has no other answer for is UNDEFINED.
static int inject(struct cpu* cpu, const trivet_exit* exit) {
  trivet_exception exception = {.kind = TRIVET_UNDEFINED};
  if (exit->reason == TRIVET_EXIT_DATA_ABORT) exception.kind = TRIVET_DATA_ABORT;
  if (exit->reason == TRIVET_EXIT_INSTRUCTION_ABORT) exception.kind = TRIVET_INSTRUCTION_ABORT;
  if ((exit->has & TRIVET_HAS_ADDRESS) != 0) exception.address = exit->address;
  exception.is_write = exit->syndrome >> 6 & 1;  // [arm-arm] ESR_EL2.ISS.WnR of a Data Abort.
  if (trivet_cpu_inject(&cpu->el2, &exception) != TRIVET_OK) __builtin_trap();
  return RESUME;
}

static int serve_next(struct cpu* cpu) {
  trivet_frame* frame = trivet_cpu_frame(&cpu->el2);
  trivet_exit exit;
  // The return to EL1 ends its WFE. QEMU 11.1 lacks that: docs/caveats.md.
  __asm__ volatile("sevl");
  if (trivet_cpu_enter(&cpu->el2, &exit) != TRIVET_OK) __builtin_trap();
  cpu_publish_exit(cpu, &exit, frame->pc);
  switch (exit.reason) {
    case TRIVET_EXIT_HYPERCALL: return serve_hypercall(cpu, frame);
    case TRIVET_EXIT_SECURE_MONITOR_CALL: return serve_firmware_call(cpu, frame);
    default: return inject(cpu, &exit);
  }
}

enum leave serve(struct cpu* cpu) {
  int next = RESUME;
  while (next == RESUME) next = serve_next(cpu);
  return (enum leave)next;
}
