// SPDX-License-Identifier: Apache-2.0 OR MIT
// /sys/kernel/trivet: state, exits, last_exits; enable and disable, which 1 is written to; guest, which has a
// CPU's number for the second guest.
#include <linux/cpumask.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/sysfs.h>

#include "trivet.h"

// Of trivet_reason.
static const char *const reasons[LAUNCH_REASONS] = {"HVC",     "SMC",   "WFx",        "MSR or MRS",
                                                    "IRQ",     "FIQ",   "AArch32",    "other",
                                                    "data abort", "instruction abort", "SError"};
static struct kobject *folder;
static DEFINE_MUTEX(changes);

static ssize_t state_show(struct kobject *object, struct kobj_attribute *attribute, char *to) {
  unsigned int cpu;
  int at = 0;

  for_each_present_cpu(cpu) {
    const struct launch_cpu *state = launch_state(cpu);

    at += sysfs_emit_at(to, at, "CPU %u: %s, HCR_EL2 was %#llx\n", cpu, state->is_taken ? "guest" : "host",
                        state->registers[LAUNCH_HCR]);
    if (state->crash_elr) {
      at += sysfs_emit_at(to, at, "a CPU crashed at EL2: ESR_EL2 %#llx, ELR_EL2 %#llx, FAR_EL2 %#llx\n",
                          state->crash_esr, state->crash_elr, state->crash_far);
    }
  }
  return at;
}

static ssize_t exits_show(struct kobject *object, struct kobj_attribute *attribute, char *to) {
  unsigned int cpu, reason;
  int at = 0;

  for_each_present_cpu(cpu) {
    const struct launch_exits *exits = &launch_state(cpu)->exits;

    for (reason = 0; reason < LAUNCH_REASONS; ++reason) {
      if (exits->counts[reason])
        at += sysfs_emit_at(to, at, "CPU %u: %s: %llu\n", cpu, reasons[reason], exits->counts[reason]);
    }
  }
  return at;
}

static ssize_t last_exits_show(struct kobject *object, struct kobj_attribute *attribute, char *to) {
  unsigned int cpu;
  int at = 0;

  for_each_present_cpu(cpu) {
    const struct launch_exits *exits = &launch_state(cpu)->exits;
    const u64 total = READ_ONCE(exits->total);

    for (u64 i = total > 4 ? total - 4 : 0; i < total; ++i) {
      const u64 reason = exits->last[i % LAUNCH_LAST].reason;

      at += sysfs_emit_at(to, at, "CPU %u: exit %llu: %s, PC %#llx, ESR_EL2 %#llx\n", cpu, i,
                          reason < LAUNCH_REASONS ? reasons[reason] : "none", exits->last[i % LAUNCH_LAST].pc,
                          exits->last[i % LAUNCH_LAST].syndrome);
    }
  }
  return at;
}

static ssize_t change(const char *from, size_t size, int (*make)(void)) {
  int error;

  if (!sysfs_streq(from, "1")) return -EINVAL;
  mutex_lock(&changes);
  error = make();
  mutex_unlock(&changes);
  return error ? error : size;
}
static ssize_t enable_store(struct kobject *object, struct kobj_attribute *attribute, const char *from, size_t size) {
  return change(from, size, take_all);
}
static ssize_t disable_store(struct kobject *object, struct kobj_attribute *attribute, const char *from, size_t size) {
  return change(from, size, give_all);
}

static ssize_t guest_show(struct kobject *object, struct kobj_attribute *attribute, char *to) {
  ssize_t size;

  mutex_lock(&changes);
  size = second_cpu() ? sysfs_emit(to, "CPU %u: %llu beats\n", second_cpu(), second_beats()) : sysfs_emit(to, "none\n");
  mutex_unlock(&changes);
  return size;
}
/// The CPU that is to run the second guest; 0 stops it.
static ssize_t guest_store(struct kobject *object, struct kobj_attribute *attribute, const char *from, size_t size) {
  unsigned int cpu;
  int error = kstrtouint(from, 10, &cpu);

  if (error) return error;
  mutex_lock(&changes);
  error = cpu ? second_start(cpu) : second_stop();
  mutex_unlock(&changes);
  return error ? error : size;
}

static struct kobj_attribute guest = __ATTR_RW(guest);
static struct kobj_attribute state = __ATTR_RO(state);
static struct kobj_attribute exits = __ATTR_RO(exits);
static struct kobj_attribute last_exits = __ATTR_RO(last_exits);
static struct kobj_attribute enable = __ATTR_WO(enable);
static struct kobj_attribute disable = __ATTR_WO(disable);
static struct attribute *attributes[] = {&state.attr, &exits.attr, &last_exits.attr, &enable.attr, &disable.attr, &guest.attr, NULL};
static const struct attribute_group group = {.attrs = attributes};

int sysfs_make(void) {
  int error;

  folder = kobject_create_and_add("trivet", kernel_kobj);
  if (!folder) return -ENOMEM;
  error = sysfs_create_group(folder, &group);
  if (error) kobject_put(folder);
  return error;
}

void sysfs_free(void) {
  sysfs_remove_group(folder, &group);
  kobject_put(folder);
}
