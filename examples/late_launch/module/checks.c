// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <asm/virt.h>
#include <linux/cpumask.h>
#include <linux/ioport.h>
#include <linux/kallsyms.h>
#include <linux/of.h>
#include <linux/uaccess.h>

#include "trivet.h"

static bool is_symbol(ulong address, const char *name) {
  char found[KSYM_SYMBOL_LEN];
  const size_t length = strlen(name);

  sprint_symbol(found, address);
  return !strncmp(found, name, length) && !strncmp(found + length, "+0x0/", 5);
}

static int check_symbol(ulong address, const char *name, const char *parameter) {
  if (!address) {
    pr_err("%s= is missing: load me by `load`, which reads /proc/kallsyms\n", parameter);
    return -EINVAL;
  }
  if (is_symbol(address, name)) return 0;
  pr_err("%s=%#lx is not this kernel's %s\n", parameter, address, name);
  return -EINVAL;
}

/// Where /proc/kallsyms has no data: a kernel at EL1 uses the virtual timer, unless EL2 is its own. [linux]
/// arch_timer_select_ppi().
static bool uses_physical_timer(void) {
  return (read_sysreg(cntp_ctl_el0) & 1) && !(read_sysreg(cntv_ctl_el0) & 1);
}

static bool is_started_at_el2(void) {
  u32 mode[2];

  if (!boot_cpu_mode) return uses_physical_timer();
  if (copy_from_kernel_nofault(mode, (const void *)boot_cpu_mode, sizeof(mode))) return false;
  return mode[0] == BOOT_CPU_MODE_EL2 && mode[1] == BOOT_CPU_MODE_EL2;
}

static int check_cpus(void) {
  unsigned int cpu;

  if (nr_cpu_ids > LAUNCH_CPUS) {
    pr_err("the kernel has %u CPUs, this module was compiled for %u\n", nr_cpu_ids, LAUNCH_CPUS);
    return -E2BIG;
  }
  for_each_present_cpu(cpu) {
    if (cpu_online(cpu)) continue;
    pr_err("CPU %u is offline: turn it on first\n", cpu);
    return -EBUSY;
  }
  return 0;
}

int check_kernel(void) {
  int error;

  if (!any_machine && !of_machine_is_compatible("linux,dummy-virt")) {
    pr_err("this is not QEMU's virt machine, the only one that it was tried on: any_machine=1\n");
    return -ENODEV;
  }
  if (is_kernel_in_hyp_mode()) {
    pr_err("the kernel runs at EL2 itself (VHE): start it with id_aa64mmfr1.vh=0 kvm-arm.mode=none\n");
    return -EBUSY;
  }
  error = check_symbol(hyp_stub_vectors, "__hyp_stub_vectors", "hyp_stub_vectors");
  if (!error && boot_cpu_mode) error = check_symbol(boot_cpu_mode, "__boot_cpu_mode", "boot_cpu_mode");
  if (error) return error;
  if (!is_started_at_el2()) {
    pr_err("EL2 is not available: firmware started the kernel at EL1\n");
    return -ENODEV;
  }
  return check_cpus();
}

static int raise_end(struct resource *resource, void *end) {
  if (resource->end >= *(u64 *)end) *(u64 *)end = resource->end + 1;
  return 0;
}

u64 physical_end(void) {
  u64 end = 0;

  walk_iomem_res_desc(IORES_DESC_NONE, IORESOURCE_MEM, 0, -1, &end, raise_end);
  return end;
}
