// SPDX-License-Identifier: Apache-2.0 OR MIT
// EL2 of one CPU: taken and given back, and what EL1 may read of it.
#include <string.h>

#include "el2.h"

static struct cpu cpus[LAUNCH_CPUS];

static struct shared {
  _Alignas(1024) struct launch_cpu cpu;
} shared[LAUNCH_CPUS] __attribute__((section(".bss.late_shared")));

struct cpu* cpu_numbered(uint64_t number) {
  struct cpu* cpu = &cpus[number];
  cpu->number = (unsigned)number;
  return cpu;
}

static struct launch_cpu* state_of(const struct cpu* cpu) { return &shared[cpu->number].cpu; }

/// EL2 has no interrupts, and no way to go on after an exception of its own: other CPUs can read
/// where it was.
static void crash(trivet_cpu* el2) {
  const trivet_crash* crash = trivet_cpu_crash(el2);
  for (unsigned i = 0; i < LAUNCH_CPUS; ++i) {
    struct launch_cpu* other = &shared[i].cpu;
    if (other->is_taken == 0) continue;
    other->crash_esr = crash->esr;
    other->crash_elr = crash->elr;
    other->crash_far = crash->far;
  }
  for (;;) __asm__ volatile("wfe");
}

static bool refuses(const struct cpu* cpu, uint64_t step) { return cpu->refusal == LAUNCH_REFUSE(cpu->number, step); }

static struct taken taken_now(void) {
  return (struct taken){READ_REGISTER(vbar_el2), READ_REGISTER(hcr_el2), READ_REGISTER(tpidr_el2),
                        READ_REGISTER(vttbr_el2)};
}

/// The CPU's part in a change: the library's, the kernel's stage 2, and a test's refusal.
static trivet_status act(trivet_cpu* el2, uint32_t action, uint32_t operation) {
  struct cpu* cpu = (struct cpu*)el2;
  if (action == TRIVET_PREPARE && refuses(cpu, LAUNCH_AT_CHECK)) return TRIVET_IN_USE;
  if (action == TRIVET_COMMIT && refuses(cpu, LAUNCH_AT_CHANGE)) return TRIVET_IN_USE;
  const trivet_status status = trivet_cpu_act(el2, action, operation);
  const int taken = trivet_cpu_is_enabled(el2);
  if (taken) memory_use();
  if (action == TRIVET_COMMIT && operation == TRIVET_ENABLE) cpu->taken = taken_now();
  state_of(cpu)->is_taken = (uint64_t)taken;
  return action == TRIVET_COMMIT && refuses(cpu, LAUNCH_AFTER_CHANGE) ? TRIVET_IN_USE : status;
}

trivet_status cpu_create(struct cpu* cpu, uint64_t vector_base) {
  static const trivet_parts parts = {.registers = &trivet_register_part};  // For TRIVET_INTERRUPT_INTERFACE.
  const trivet_host host = {.irq = crash,
                            .fiq = crash,
                            .serror = crash,
                            .fatal = crash,
                            .act = act,
                            .vector_base = vector_base,
                            .parts = &parts,
                            .policy = TRIVET_POLICY_HOST_ROUTED};
  const trivet_status status =
      trivet_cpu_create(&cpu->el2, sizeof(cpu->el2), TRIVET_ABI, &host, READ_REGISTER(mpidr_el1));
  return status == TRIVET_ALREADY_CREATED ? TRIVET_OK : status;
}

trivet_status cpu_change(struct cpu* cpu, uint32_t operation) {
  trivet_status status = act(&cpu->el2, TRIVET_PREPARE, operation);
  if (status != TRIVET_OK) return status;
  status = act(&cpu->el2, TRIVET_COMMIT, operation);
  if (status != TRIVET_OK) (void)act(&cpu->el2, TRIVET_UNDO, operation);
  return status;
}

trivet_status cpu_checked(struct cpu* cpu, trivet_status status) {
  if (status == TRIVET_OK || !trivet_cpu_is_enabled(&cpu->el2)) return status;
  const struct taken now = taken_now();
  return memcmp(&now, &cpu->taken, sizeof(now)) == 0 ? status : TRIVET_RESTORE_MISMATCH;
}

void cpu_publish(const struct cpu* cpu, const struct gate* gate) {
  uint64_t* to = state_of(cpu)->registers;
  to[LAUNCH_SCTLR] = gate->sctlr;
  to[LAUNCH_TCR] = gate->tcr;
  to[LAUNCH_MAIR] = gate->mair;
  to[LAUNCH_TTBR0] = gate->ttbr0;
  to[LAUNCH_SP] = gate->sp;
  to[LAUNCH_HCR] = READ_REGISTER(hcr_el2);
  to[LAUNCH_VTCR] = READ_REGISTER(vtcr_el2);
  to[LAUNCH_VTTBR] = READ_REGISTER(vttbr_el2);
  to[LAUNCH_CPTR] = READ_REGISTER(cptr_el2);
  to[LAUNCH_MDCR] = READ_REGISTER(mdcr_el2);
  to[LAUNCH_CNTHCTL] = READ_REGISTER(cnthctl_el2);
  to[LAUNCH_CNTVOFF] = READ_REGISTER(cntvoff_el2);
  to[LAUNCH_HSTR] = READ_REGISTER(hstr_el2);
  to[LAUNCH_VPIDR] = READ_REGISTER(vpidr_el2);
  to[LAUNCH_VMPIDR] = READ_REGISTER(vmpidr_el2);
  to[LAUNCH_TPIDR] = READ_REGISTER(tpidr_el2);
  // [arm-arm] ID_AA64MMFR1_EL1.HCX; HCRX_EL2.
  if ((READ_REGISTER(id_aa64mmfr1_el1) >> 40 & 0xf) != 0) to[LAUNCH_HCRX] = READ_REGISTER(s3_4_c1_c2_2);
}

void cpu_publish_leave(const struct cpu* cpu) {
  struct launch_cpu* state = state_of(cpu);
  state->is_taken = 0;
  state->left_vbar = READ_REGISTER(vbar_el2);
  state->left_hcr = READ_REGISTER(hcr_el2);
}

void cpu_publish_exit(const struct cpu* cpu, const trivet_exit* exit, uint64_t pc) {
  struct launch_exits* exits = &state_of(cpu)->exits;
  struct launch_exit* last = &exits->last[exits->total % LAUNCH_LAST];
  last->reason = exit->reason;
  last->pc = pc;
  last->syndrome = exit->syndrome;
  last->address = (exit->has & TRIVET_HAS_IPA) != 0 ? exit->ipa : LAUNCH_NO_ADDRESS;
  ++exits->counts[exit->reason];
  __atomic_store_n(&exits->total, exits->total + 1, __ATOMIC_RELEASE);
}
