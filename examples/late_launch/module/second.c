// SPDX-License-Identifier: Apache-2.0 OR MIT
// The second guest, on a CPU that hotplug takes from the kernel and gives back.
#include <asm/cputype.h>
#include <linux/arm-smccc.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <uapi/linux/psci.h>

#include "trivet.h"

#define FRAME_BYTES 0x20000u
#define GICR_TYPER 8
#define GICR_TYPER_LAST (1ull << 4)

static unsigned int cpu_of_guest;  // 0: there is none.
static u64 mpidr;

unsigned int second_cpu(void) { return cpu_of_guest; }

static void read_mpidr(void *to) { *(u64 *)to = read_cpuid_mpidr() & MPIDR_HWID_BITMASK; }

/// The redistributor's registers for CPU `mpidr`, in the GICv3's first region; 0: not there.
static u64 redistributor(void) {
  struct device_node *node = of_find_compatible_node(NULL, NULL, "arm,gic-v3");
  struct resource region;
  const int error = node ? of_address_to_resource(node, 1, &region) : -ENODEV;
  u64 at, found = 0;

  of_node_put(node);
  if (error) return 0;
  for (at = region.start; !found && at + FRAME_BYTES - 1 <= region.end; at += FRAME_BYTES) {
    void __iomem *registers = ioremap(at, FRAME_BYTES);
    u64 type;

    if (!registers) return 0;
    type = readq(registers + GICR_TYPER);
    iounmap(registers);
    // [gic] GICR_TYPER.Affinity_Value: Aff3 to Aff0 in bits 63:32.
    if (type >> 32 == ((mpidr >> 8 & 0xff000000) | (mpidr & 0xffffff))) found = at;
    if (type & GICR_TYPER_LAST) break;
  }
  return found;
}

static u64 call_here(u64 function, u64 a, u64 b, u64 c, u64 d) {
  u64 result;

  preempt_disable();
  result = launch_call(function, a, b, c, d);
  preempt_enable();
  return result;
}

/// CPU `cpu` leaves the kernel and starts the guest: about 1,000 beats a second.
int second_start(unsigned int cpu) {
  const u64 period = read_sysreg(cntfrq_el0) / 1009;
  u64 registers;
  int error;

  if (!is_taken() || cpu_of_guest) return -EBUSY;
  if (!cpu || cpu >= nr_cpu_ids || !cpu_online(cpu)) return -EINVAL;
  error = smp_call_function_single(cpu, read_mpidr, &mpidr, 1);
  registers = redistributor();
  if (error || !registers) {
    pr_err("CPU %u has no redistributor of a GICv3, which the guest needs\n", cpu);
    return -ENODEV;
  }
  error = remove_cpu(cpu);
  if (error) return error;
  error = (s32)call_here(LAUNCH_SECOND_START, cpu, mpidr, registers, period);
  if (error) {
    pr_err("CPU %u did not start the guest: PSCI %d\n", cpu, error);
    call_here(LAUNCH_SECOND_STOP, 0, 0, 0, 0);
    return add_cpu(cpu) ?: -EIO;
  }
  cpu_of_guest = cpu;
  __module_get(THIS_MODULE);  // Unloading is refused.
  pr_info("CPU %u runs the second guest\n", cpu);
  return 0;
}

static bool is_off(void) {
  struct arm_smccc_res result;

  arm_smccc_smc(PSCI_0_2_FN64_AFFINITY_INFO, mpidr, 0, 0, 0, 0, 0, 0, &result);
  return result.a0 == PSCI_0_2_AFFINITY_LEVEL_OFF;
}

/// Its CPU is off afterwards.
static int end_guest(void) {
  int tries = 500;

  if (call_here(LAUNCH_SECOND_STOP, 0, 0, 0, 0)) return -EIO;
  while (!is_off()) {
    if (!tries--) return -ETIMEDOUT;
    msleep(10);
  }
  cpu_of_guest = 0;
  module_put(THIS_MODULE);
  return 0;
}

/// The CPU is the kernel's again.
int second_stop(void) {
  const unsigned int cpu = cpu_of_guest;
  int error;

  if (!cpu) return -ENOENT;
  error = end_guest();
  if (!error) error = add_cpu(cpu);
  if (error) pr_err("CPU %u did not come back: %d\n", cpu, error);
  else pr_info("CPU %u is the kernel's again\n", cpu);
  return error;
}

/// Before a restart, which turns CPUs off.
void second_end(void) {
  if (cpu_of_guest) end_guest();
}

u64 second_beats(void) { return cpu_of_guest ? call_here(LAUNCH_SECOND_BEATS, 0, 0, 0, 0) : 0; }
