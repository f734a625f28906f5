// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <linux/cpu.h>
#include <linux/cpu_pm.h>
#include <linux/jiffies.h>
#include <linux/reboot.h>
#include <linux/stop_machine.h>

#include "trivet.h"

/// What a CPU did last.
struct part {
  u64 status;
  int error;
  u64 ticks;  // Of the counter, with interrupts masked.
  u64 before[LAUNCH_REGISTERS];
  int differs;  // Index of a register that is not as it was, or -1.
};
static struct part parts[LAUNCH_CPUS];
static bool taken;
static u64 round;
static enum cpuhp_state hotplug;

bool is_taken(void) { return taken; }

u64 masked_ns(unsigned int cpu) { return parts[cpu].ticks * NSEC_PER_SEC / read_sysreg(cntfrq_el0); }

static u64 counter(void) {
  isb();
  return read_sysreg(cntvct_el0);
}

static u64 refusal(void) { return LAUNCH_REFUSE(refuse_cpu, refuse_step); }

/// This CPU's place among those that are on, which stays while all are stopped.
static u64 place(void) {
  unsigned int cpu, rank = 0;

  for_each_online_cpu(cpu) {
    if (cpu < smp_processor_id()) ++rank;
  }
  return LAUNCH_ROUND(round, num_online_cpus(), rank);
}

/// EL2's registers, as the stub has them now.
static int read_here(void) {
  u64 status;

  if (refusal() == LAUNCH_REFUSE(smp_processor_id(), LAUNCH_AT_VECTORS)) return -EBUSY;
  return launch_enter(LAUNCH_READ, 0, 0, &status);
}

/// Index of a register that is not as before EL2 was taken; after it was given back also VBAR_EL2.
static int find_difference(const struct part *part, bool given) {
  const struct launch_cpu *now = launch_state(smp_processor_id());

  for (int i = 0; i < LAUNCH_REGISTERS; ++i) {
    if (now->registers[i] != part->before[i]) return i;
  }
  if (!given) return -1;
  return now->left_vbar == launch_stub() && now->left_hcr == part->before[LAUNCH_HCR] ? -1 : LAUNCH_REGISTERS;
}

static int check_here(void *unused) {
  struct part *part = &parts[smp_processor_id()];

  part->error = read_here();
  if (!part->error) memcpy(part->before, launch_state(smp_processor_id())->registers, sizeof(part->before));
  return 0;
}

/// The stub answers again, and has EL2's registers as they were: -EIO if not.
static int verify_here(struct part *part, bool given) {
  u64 status;

  part->differs = -1;
  if (launch_enter(LAUNCH_READ, 0, 0, &status)) return -EBUSY;
  part->differs = find_difference(part, given);
  return part->differs >= 0 ? -EIO : 0;
}

static int take_here(void *unused) {
  const u64 begin = counter();
  struct part *part = &parts[smp_processor_id()];

  part->error = launch_enter(LAUNCH_TAKE_ALL, place(), refusal(), &part->status);
  if (!part->error && part->status) part->error = verify_here(part, false) ?: -EBUSY;
  if (smp_processor_id() == cpumask_first(cpu_online_mask)) taken = !part->error;
  part->ticks = counter() - begin;
  return 0;
}

static int give_here(void *unused) {
  const u64 begin = counter();
  struct part *part = &parts[smp_processor_id()];

  part->status = launch_give(LAUNCH_GIVE_ALL, place(), refusal());
  part->error = part->status ? -EBUSY : 0;
  if (smp_processor_id() == cpumask_first(cpu_online_mask)) taken = part->error;
  part->ticks = counter() - begin;
  if (!part->error) part->error = verify_here(part, true);
  return 0;
}

static void report(unsigned int cpu, const char *change) {
  static const char *const names[] = {LAUNCH_REGISTER_NAMES, "VBAR_EL2"};
  const struct part *part = &parts[cpu];

  if (part->error == -EIO) {
    pr_err("CPU %u: %s is not as it was: %#llx, now %#llx\n", cpu, names[part->differs],
           part->differs < LAUNCH_REGISTERS ? part->before[part->differs] : launch_stub(),
           part->differs < LAUNCH_REGISTERS ? launch_state(cpu)->registers[part->differs]
                                            : launch_state(cpu)->left_vbar);
  } else if (part->error && part->status) {
    pr_err("CPU %u: EL2 not %s: %s\n", cpu, change, launch_status(part->status));
  } else if (part->error) {
    pr_err("CPU %u: EL2 not %s: it is not the stub's\n", cpu, change);
  } else {
    pr_info("CPU %u: EL2 %s, interrupts masked for %llu ns, %llu ticks lost\n", cpu, change, masked_ns(cpu),
            masked_ns(cpu) / TICK_NSEC);
  }
}

/// The first error of a CPU; a line for each.
static int result_of(const char *change) {
  unsigned int cpu;
  int error = 0;

  for_each_online_cpu(cpu) {
    if (change) report(cpu, change);
    if (!error) error = parts[cpu].error;
  }
  return error;
}

int take_all(void) {
  if (taken) return -EALREADY;
  memset(parts, 0, sizeof(parts));
  ++round;
  stop_machine(check_here, NULL, cpu_online_mask);
  if (!result_of(NULL)) stop_machine(take_here, NULL, cpu_online_mask);
  return result_of("taken");
}

/// EL2's own account, of all CPUs.
static int find_taken(void) {
  unsigned int cpu;
  int error = 0;

  for_each_online_cpu(cpu) {
    if (!launch_state(cpu)->is_taken) continue;
    pr_err("CPU %u: EL2 not given back: the CPU took no part\n", cpu);
    error = -EIO;
  }
  return error;
}

int give_all(void) {
  int error;

  if (!taken) return -EALREADY;
  if (second_cpu()) {
    pr_err("CPU %u runs the second guest: stop it first\n", second_cpu());
    return -EBUSY;
  }
  ++round;
  stop_machine(give_here, NULL, cpu_online_mask);
  error = result_of("given back");
  return error ?: find_taken();
}

/// One CPU that comes or goes while the others stay.
static int take_one(void) {
  struct part *part = &parts[smp_processor_id()];
  ulong flags;

  local_irq_save(flags);
  check_here(NULL);
  if (!part->error) part->error = launch_enter(LAUNCH_TAKE, 0, refusal(), &part->status);
  if (!part->error && part->status) part->error = -EBUSY;
  local_irq_restore(flags);
  return part->error;
}

static int give_one(void) {
  struct part *part = &parts[smp_processor_id()];
  ulong flags;

  local_irq_save(flags);
  part->status = launch_give(LAUNCH_GIVE, 0, refusal());
  part->error = part->status ? -EBUSY : 0;
  if (!part->error) part->error = verify_here(part, true);
  local_irq_restore(flags);
  return part->error;
}

static int cpu_comes(unsigned int cpu) {
  const int error = taken ? take_one() : 0;

  if (error) report(cpu, "taken");
  return error;
}

static int cpu_goes(unsigned int cpu) {
  const int error = taken ? give_one() : 0;

  if (error) report(cpu, "given back");
  return error;
}

/// An idle state that may lose the CPU's registers: the kernel's start of the CPU finds EL2 as firmware leaves it.
static int cpu_idles(struct notifier_block *block, unsigned long action, void *unused) {
  int error = 0;

  if (!taken) return NOTIFY_OK;
  if (action == CPU_PM_ENTER) error = give_one();
  if (action == CPU_PM_ENTER_FAILED || action == CPU_PM_EXIT) error = take_one();
  return error ? NOTIFY_BAD : NOTIFY_OK;
}
static struct notifier_block idle = {.notifier_call = cpu_idles};

/// kexec turns the other CPUs off and starts the next kernel at EL2.
static int machine_restarts(struct notifier_block *block, unsigned long action, void *unused) {
  second_end();
  if (taken) give_all();
  return NOTIFY_OK;
}
static struct notifier_block restart = {.notifier_call = machine_restarts};

int rounds_start(void) {
  int state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "trivet:online", cpu_comes, cpu_goes);

  if (state < 0) return state;
  hotplug = state;
  cpu_pm_register_notifier(&idle);
  register_reboot_notifier(&restart);
  return 0;
}

void rounds_stop(void) {
  unregister_reboot_notifier(&restart);
  cpu_pm_unregister_notifier(&idle);
  cpuhp_remove_state_nocalls(hotplug);
}
