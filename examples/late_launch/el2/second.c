// SPDX-License-Identifier: Apache-2.0 OR MIT
// The second guest: a vCPU on a CPU that the kernel gave up, with the base architecture, its memory
// and the CPU's own interrupts. What else than WFI comes to EL2 ends it: it makes no calls.
#include <string.h>

#include "el2.h"

extern const char real_time_guest[], real_time_guest_end[], second_entry[];
/// What second_entry begins with: TTBR0_EL2, TCR_EL2, MAIR_EL2 and SCTLR_EL2 of a CPU of the
/// kernel.
_Alignas(64) uint64_t second_translation[8];

/// The guest's memory, of which the first words are hypervisor/real_time_guest.S's.
enum { BYTES = 0x10000, FRAMES = 0x20000, LINE = 64, VMID = 2, TABLES = 24 };
static _Alignas(4096) union {
  unsigned char bytes[BYTES];
  struct {
    uint64_t first_instructions, sgi_frame, uart, period;
    volatile uint64_t beats;
  };
} ram;

static _Alignas(4096) unsigned char tables[TABLES][4096];
static uint64_t used_tables[1];
static trivet_memory memory;
static trivet_vcpu vcpu;
static bool made;
static _Atomic bool mapped;
static uint64_t frames;

/// The guest's accesses go around the caches: its MMU is off. So do second_entry's. [arm-arm] DC
/// CIVAC.
static void clean(const void* from, size_t bytes) {
  const char* end = (const char*)from + bytes;
  for (const char* at = from; at < end; at += LINE) __asm__ volatile("dc civac, %0" ::"r"(at) : "memory");
  __asm__ volatile("dsb sy\n ic ialluis\n dsb sy\n isb" ::: "memory");
}

static trivet_status map(uint64_t redistributor) {
  const uint64_t at = (uint64_t)&ram;
  trivet_status status = made ? TRIVET_OK : memory_create(&memory, tables, TABLES, used_tables, VMID);
  made = status == TRIVET_OK;
  if (made) status = trivet_memory_map(&memory, at, at, BYTES, TRIVET_READ | TRIVET_WRITE | TRIVET_EXECUTE);
  if (status != TRIVET_OK) return status;
  mapped = true;
  frames = redistributor;
  return trivet_memory_map(&memory, frames, frames, FRAMES, TRIVET_READ | TRIVET_WRITE | TRIVET_DEVICE);
}

int64_t second_start(const uint64_t place[4]) {
  const uint64_t number = place[0], mpidr = place[1], redistributor = place[2], period = place[3];
  if (mapped || map(redistributor) != TRIVET_OK) return PSCI_INTERNAL_FAILURE;
  memset(&ram, 0, sizeof(ram));
  memcpy(&ram, real_time_guest, (size_t)(real_time_guest_end - real_time_guest));
  ram.sgi_frame = redistributor + FRAMES / 2;
  ram.period = period;
  second_translation[0] = READ_REGISTER(ttbr0_el2);
  second_translation[1] = READ_REGISTER(tcr_el2);
  second_translation[2] = READ_REGISTER(mair_el2);
  second_translation[3] = READ_REGISTER(sctlr_el2);
  clean(second_translation, sizeof(second_translation));
  clean(&ram, sizeof(ram));
  uint64_t x[18] = {PSCI_CPU_ON, mpidr, (uint64_t)second_entry, number};
  smc(x);
  return (int32_t)x[0];
}

trivet_status second_stop(trivet_cpu* by) {
  if (!mapped) return TRIVET_NOT_ENABLED;
  const trivet_status status = trivet_memory_unmap(&memory, by, (uint64_t)&ram, BYTES);
  if (status != TRIVET_OK) return status;
  mapped = false;
  return trivet_memory_unmap(&memory, by, frames, FRAMES);
}

uint64_t second_beats(void) {
  __asm__ volatile("dc civac, %0\n dsb sy" ::"r"(&ram) : "memory");
  return ram.beats;
}

/// Its WFI, at EL2, so that it can be stopped while it waits. False: it is. [arm-arm] ISR_EL1: at
/// EL2, what is pending physically, masked or not.
static bool wait(void) {
  for (; READ_REGISTER(isr_el1) == 0; yield()) {
    if (!mapped) return false;
  }
  return true;
}

static void run(trivet_cpu* cpu) {
  const trivet_vcpu_config config = {.entry = (uint64_t)&ram,
                                     .vtcr = trivet_memory_vtcr(&memory),
                                     .vttbr = trivet_memory_vttbr(&memory),
                                     .traps = HCR_TWI,
                                     .mpidr = READ_REGISTER(mpidr_el1),
                                     .open = TRIVET_INTERRUPT_INTERFACE};
  trivet_exit exit;
  if (trivet_vcpu_create(&vcpu, sizeof(vcpu), TRIVET_ABI, &config) != TRIVET_OK) return;
  while (trivet_vcpu_run_masked(&vcpu, cpu, &exit) == TRIVET_OK && exit.reason == TRIVET_EXIT_WAIT_TRAP && wait()) {
    trivet_vcpu_skip(&vcpu, &exit);
  }
  (void)trivet_vcpu_unload(&vcpu, cpu);
}

/// Firmware starts a CPU with an HCR_EL2 of its own. [gic] ICC_SRE_EL2: SRE, and Enable for EL1. At
/// EL2 no priority is masked, or wait() would see no interrupt.
void second_run(trivet_cpu* cpu) {
  WRITE_REGISTER(hcr_el2, HCR_RW);
  WRITE_REGISTER(icc_sre_el2, 9);
  WRITE_REGISTER(icc_pmr_el1, 0xff);
  if (trivet_cpu_enable(cpu) != TRIVET_OK) return;
  run(cpu);
  (void)trivet_cpu_disable(cpu);
}
