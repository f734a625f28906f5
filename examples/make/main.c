// SPDX-License-Identifier: Apache-2.0 OR MIT
// A hypervisor of one CPU and one guest: takes EL2, runs the guest to its second hypercall, gives EL2 back, and compares
// what it had with what it has.

#include <trivet.h>

#include "machine.h"

#define VMID 5u
#define ARGUMENT 0x5eedu
#define TABLES 8u

extern const char guest[];

static trivet_cpu cpu;
static trivet_vcpu vcpu;
static trivet_memory memory;
static _Alignas(4096) unsigned char tables[TABLES][4096];
static uint64_t used_tables[1];

// The registers of EL2 that Trivet changes while it is enabled.
typedef struct host_registers {
  uint64_t vbar, hcr, tpidr, vttbr, vtcr, cptr, mdcr, cnthctl, cntvoff, hstr, vmpidr;
} host_registers;

static host_registers read_host(void) {
  return (host_registers){
      .vbar = READ_REGISTER(vbar_el2),
      .hcr = READ_REGISTER(hcr_el2),
      .tpidr = READ_REGISTER(tpidr_el2),
      .vttbr = READ_REGISTER(vttbr_el2),
      .vtcr = READ_REGISTER(vtcr_el2),
      .cptr = READ_REGISTER(cptr_el2),
      .mdcr = READ_REGISTER(mdcr_el2),
      .cnthctl = READ_REGISTER(cnthctl_el2),
      .cntvoff = READ_REGISTER(cntvoff_el2),
      .hstr = READ_REGISTER(hstr_el2),
      .vmpidr = READ_REGISTER(vmpidr_el2),
  };
}

// Values that no register has by itself, so that a restore is seen.
static void mark_host(void) {
  __asm__ volatile("msr vbar_el2, %0" ::"r"((uint64_t)0x40100800));
  __asm__ volatile("msr tpidr_el2, %0" ::"r"((uint64_t)0x1eaf));
  __asm__ volatile("msr vttbr_el2, %0" ::"r"((uint64_t)0x40110000));
  __asm__ volatile("msr cntvoff_el2, %0" ::"r"((uint64_t)0x77));
  __asm__ volatile("isb");
}

static int is_same(const host_registers *a, const host_registers *b) {
  const uint64_t *p = (const uint64_t *)a;
  const uint64_t *q = (const uint64_t *)b;
  for (unsigned i = 0; i < sizeof(*a) / sizeof(*p); ++i) {
    if (p[i] != q[i]) return 0;
  }
  return 1;
}

static void ignore(trivet_cpu *of) { (void)of; }

static void crash(trivet_cpu *of) {
  print("make: exception at EL2, ELR_EL2 ");
  print_hex(trivet_cpu_crash(of)->elr);
  print("\n");
  for (;;) __asm__ volatile("wfi");
}

// 0, after a line that names the call: it failed.
static int succeeded(trivet_status status, const char *call) {
  if (status == TRIVET_OK) return 1;
  print("make: ");
  print(call);
  print(": ");
  print(trivet_status_text(status));
  print("\n");
  return 0;
}

static int make_guest(void) {
  const trivet_memory_config with = {.tables = tables,
                                     .table_count = TABLES,
                                     .used = used_tables,
                                     .tables_pa = (uint64_t)(uintptr_t)tables,
                                     .ipa_bits = 32,
                                     .vmid = VMID};
  if (!succeeded(trivet_memory_create(&memory, sizeof(memory), TRIVET_ABI, &with), "memory_create")) return 0;
  const uint64_t page = (uint64_t)(uintptr_t)guest;
  if (!succeeded(trivet_memory_map(&memory, page, page, 4096, TRIVET_READ | TRIVET_EXECUTE), "memory_map")) return 0;
  const trivet_vcpu_config config = {.entry = page,
                                     .argument = ARGUMENT,
                                     .vtcr = trivet_memory_vtcr(&memory),
                                     .vttbr = trivet_memory_vttbr(&memory),
                                     .mpidr = 0x80000001};
  return succeeded(trivet_vcpu_create(&vcpu, sizeof(vcpu), TRIVET_ABI, &config), "vcpu_create");
}

// Whether the next exit is HVC `number` with `x0`.
static int runs_to(uint16_t number, uint64_t x0) {
  trivet_exit exit;
  if (!succeeded(trivet_vcpu_run(&vcpu, &cpu, &exit), "vcpu_run")) return 0;
  return exit.reason == TRIVET_EXIT_HYPERCALL && (uint16_t)exit.syndrome == number &&
         trivet_vcpu_frame(&vcpu)->x[0] == x0;
}

static int run(void) {
  const trivet_host host = {.irq = ignore, .fiq = ignore, .serror = ignore, .fatal = crash};
  if (trivet_cpu_create(&cpu, sizeof(cpu), TRIVET_ABI + 1, &host, 0) != TRIVET_WRONG_VERSION) return 0;
  if (!succeeded(trivet_cpu_create(&cpu, sizeof(cpu), TRIVET_ABI, &host, READ_REGISTER(mpidr_el1)), "cpu_create"))
    return 0;
  if (!succeeded(trivet_cpu_enable(&cpu), "cpu_enable") || !make_guest()) return 0;
  const int ran = runs_to(1, ARGUMENT + 1) && runs_to(2, 2 * ARGUMENT + 1);
  return succeeded(trivet_cpu_audit(&cpu), "cpu_audit") && succeeded(trivet_cpu_disable(&cpu), "cpu_disable") && ran;
}

void main(void);
void main(void) {
  mark_host();
  const host_registers before = read_host();
  const int ran = run();
  const host_registers after = read_host();
  if (!ran) print("make: the guest did not do what it should\n");
  if (!is_same(&before, &after)) print("make: a register is not as it was\n");
  print(ran && is_same(&before, &after) ? "make: PASS\n" : "make: FAIL\n");
}
