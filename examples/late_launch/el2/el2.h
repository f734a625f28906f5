// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef EL2_H
#define EL2_H

#include <stdbool.h>
#include <stdint.h>
#include <trivet.h>

#include "gate.h"
#include "launch.h"

/// A system register by its assembler name. The write takes effect at once.
#define READ_REGISTER(name)                            \
  __extension__({                                      \
    uint64_t value_;                                   \
    __asm__ volatile("mrs %0, " #name : "=r"(value_)); \
    value_;                                            \
  })
#define WRITE_REGISTER(name, value) \
  __asm__ volatile("msr " #name ", %0\n isb" ::"r"((uint64_t)(value)) : "memory")

/// [arm-arm] HCR_EL2: AArch64 at EL1; WFI of EL1 is an exit.
#define HCR_RW (1ull << 31)
#define HCR_TWI (1ull << 13)

/// [psci] 5.1: of function identifiers.
#define PSCI_CPU_OFF 0x84000002u
#define PSCI_CPU_ON 0xc4000003u
#define PSCI_INTERNAL_FAILURE (-6)
/// gate.S: SMC #0 with x0 to x17, which are its results afterwards.
void smc(uint64_t x[18]);

/// YIELD is for threads of a CPU, or QEMU's CPUs, that wait for others.
static inline void yield(void) { __asm__ volatile("yield"); }

/// What EL1 runs under.
struct taken {
  uint64_t vbar, hcr, tpidr, vttbr;
};

/// One CPU of the kernel, by Linux's number.
struct cpu {
  trivet_cpu el2;
  struct taken taken;  ///< Since it was taken.
  unsigned number;
  uint64_t refusal;  ///< Of the change that is being made: LAUNCH_REFUSE, or 0.
};
struct cpu* cpu_numbered(uint64_t number);
/// On the CPU. `vector_base`: the kernel's stub, which is given back.
trivet_status cpu_create(struct cpu* cpu, uint64_t vector_base);
/// Takes or gives back EL2 of this CPU alone: a trivet_operation.
trivet_status cpu_change(struct cpu* cpu, uint32_t operation);
/// After a change that returned `status`: that, unless a CPU that stays taken is not as it was.
trivet_status cpu_checked(struct cpu* cpu, trivet_status status);
/// EL2's registers, and those that it is left with, for the module to read.
void cpu_publish(const struct cpu* cpu, const struct gate* gate);
void cpu_publish_leave(const struct cpu* cpu);
void cpu_publish_exit(const struct cpu* cpu, const trivet_exit* exit, uint64_t pc);

/// exits.c: enters EL1 and serves what it comes back for, until one that ends it.
enum leave { LEAVE_GIVE, LEAVE_GIVE_ALL, LEAVE_RESTART };
enum leave serve(struct cpu* cpu);

/// memory.c: the kernel's stage 2, all physical addresses below `end` as they are but for the
/// image; its use by the calling CPU, after each enable; a stage 2 that maps nothing.
trivet_status memory_prepare(uint64_t end);
void memory_use(void);
trivet_status memory_create(trivet_memory* memory, void* tables, size_t count, uint64_t* used,
                            uint16_t vmid);

/// second.c: the second guest, one at a time, by the module's calls. START: PSCI's result; STOP, on
/// `by`'s CPU, takes its memory away: its CPU, wherever it is, comes to EL2 and is turned off.
int64_t second_start(const uint64_t place[4]);
trivet_status second_stop(trivet_cpu* by);
uint64_t second_beats(void);
/// On its CPU, which the kernel has turned off: until it is stopped.
void second_run(trivet_cpu* cpu);

#endif
