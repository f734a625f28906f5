// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef TRIVET_MODULE_H
#define TRIVET_MODULE_H

#include <linux/types.h>

#include "launch.h"

#undef pr_fmt
#define pr_fmt(fmt) "trivet: " fmt

// Parameters: what the kernel does not export, by /proc/kallsyms.
extern ulong hyp_stub_vectors;
extern ulong boot_cpu_mode;
extern uint refuse_cpu;
extern uint refuse_step;
extern bool any_machine;

// checks.c: 0, or an errno after one line that names the reason. Nothing is changed.
int check_kernel(void);
// Where the last physical address that something answers at ends.
u64 physical_end(void);

// launch.c: the EL2 image in memory of its own.
int launch_make(void);
void launch_free(void);
u64 launch_address(void);
const struct launch_cpu* launch_state(unsigned int cpu);

// Calls the gate, or EL2 while it is taken. On the CPU, interrupts masked. -EBUSY: EL2 is not the
// stub's.
int launch_enter(enum launch_operation operation, u64 argument, u64 refusal, u64* status);
u64 launch_give(u64 call, u64 argument, u64 refusal);
// Another call of EL2 while it is taken: x0 afterwards.
u64 launch_call(u64 function, u64 a, u64 b, u64 c, u64 d);
const char* launch_status(u64 status);
// The physical address of the stub's vectors.
u64 launch_stub(void);

// rounds.c: all CPUs or none; the hotplug and idle of single ones.
int rounds_start(void);
void rounds_stop(void);
int take_all(void);
int give_all(void);
bool is_taken(void);
u64 masked_ns(unsigned int cpu);

// second.c: one guest at a time beside the kernel; 0: there is none.
int second_start(unsigned int cpu);
int second_stop(void);
void second_end(void);
unsigned int second_cpu(void);
u64 second_beats(void);

// device.c
int device_make(void);
void device_free(void);

// sysfs.c
int sysfs_make(void);
void sysfs_free(void);

#endif
