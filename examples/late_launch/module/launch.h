// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef LAUNCH_H
#define LAUNCH_H

/// What the module (at EL1) and the EL2 image have in common. The image stands in 2 MiB of
/// memory that is contiguous and aligned; offsets are from its first byte.

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

// These three are in el2/gate.S too, and the module compares.
#define LAUNCH_MAGIC 0x686374656c545654ull
#define LAUNCH_ABI 1u
/// CPUs, by Linux's numbers.
#define LAUNCH_CPUS 8u
#define LAUNCH_BYTES 0x200000u

/// The start of the image.
struct launch_header {
  uint64_t magic;
  uint32_t abi;
  uint32_t cpus;
  uint64_t size;  ///< Of the image in memory; what is behind its file is zero.
  uint64_t relocations, relocations_end;  ///< RELR: pointers that the image's address is added to.
  uint64_t rodata, data;                  ///< Where these begin: pages of their own.
  uint64_t tables;                        ///< Four empty tables for EL2's own translation.
  uint64_t gate;                          ///< For HVC_SET_VECTORS.
  uint64_t shared, shared_end;            ///< What EL1 may read while it is a guest.
};

/// Calls of the gate, by HVC #0, interrupts masked. x0: the operation; x1: Linux's number of this
/// CPU; x2 to x4: TTBR0_EL2, TCR_EL2 and MAIR_EL2 of the image; x5: the vector base that was there
/// and is again afterwards, unless EL2 is taken; x6: the operation's argument; x7: a refusal.
/// Returns x0: a trivet_status.
enum launch_operation {
  LAUNCH_READ = 0x10,      ///< EL2's registers, into `registers`.
  LAUNCH_PREPARE = 0x11,   ///< Stage 2; once, on one CPU. Argument: where physical memory ends.
  LAUNCH_TAKE = 0x12,      ///< This CPU alone.
  LAUNCH_TAKE_ALL = 0x13,  ///< As one of a round. Argument: LAUNCH_ROUND.
};
/// Calls of EL1 while it is a guest: [smccc] vendor specific hypervisor service, SMC64.
#define LAUNCH_GIVE 0xc6000010ull      ///< This CPU alone. x7: a refusal.
#define LAUNCH_GIVE_ALL 0xc6000011ull  ///< As one of a round. x6: LAUNCH_ROUND, x7: a refusal.

/// The second guest. START: x1 to x4: Linux's number of its CPU, the CPU's affinity, its
/// redistributor's 128 KiB, ticks from beat to beat; x0: PSCI's result. STOP: x0: a trivet_status.
/// BEATS: x0: how many.
#define LAUNCH_SECOND_START 0xc6000020ull
#define LAUNCH_SECOND_STOP 0xc6000021ull
#define LAUNCH_SECOND_BEATS 0xc6000022ull

/// Round number `round` of `count` CPUs, in which this one is `rank`; 0 leads.
#define LAUNCH_ROUND(round, count, rank) ((uint64_t)(round) << 16 | (count) << 8 | (rank))

/// For tests: CPU `cpu` refuses at one step of a change.
enum launch_step {
  LAUNCH_AT_VECTORS = 1,  ///< Before it has the gate: by the module.
  LAUNCH_AT_CHECK = 2,
  LAUNCH_AT_CHANGE = 3,  ///< Before any register is changed.
  LAUNCH_AFTER_CHANGE = 4,
};
#define LAUNCH_REFUSE(cpu, step) ((uint64_t)(step) << 8 | (cpu))

#define LAUNCH_REASONS 11
#define LAUNCH_LAST 16
#define LAUNCH_NO_ADDRESS (~0ull)
/// Exits by reason, and the last ones: number n is in last[n % LAUNCH_LAST].
struct launch_exits {
  uint64_t total;
  uint64_t counts[LAUNCH_REASONS];
  struct launch_exit {
    uint64_t reason;  ///< A trivet_reason.
    uint64_t pc, syndrome;
    uint64_t address;  ///< Intermediate physical.
  } last[LAUNCH_LAST];
};

/// EL2's registers that the kernel's start left, by index.
enum launch_register {
  LAUNCH_HCR,
  LAUNCH_SCTLR,
  LAUNCH_TCR,
  LAUNCH_MAIR,
  LAUNCH_TTBR0,
  LAUNCH_SP,
  LAUNCH_VTCR,
  LAUNCH_VTTBR,
  LAUNCH_CPTR,
  LAUNCH_MDCR,
  LAUNCH_CNTHCTL,
  LAUNCH_CNTVOFF,
  LAUNCH_HSTR,
  LAUNCH_VPIDR,
  LAUNCH_VMPIDR,
  LAUNCH_TPIDR,
  LAUNCH_HCRX,
  LAUNCH_REGISTERS
};
#define LAUNCH_REGISTER_NAMES                                                                      \
  "HCR_EL2", "SCTLR_EL2", "TCR_EL2", "MAIR_EL2", "TTBR0_EL2", "SP_EL2", "VTCR_EL2", "VTTBR_EL2",   \
      "CPTR_EL2", "MDCR_EL2", "CNTHCTL_EL2", "CNTVOFF_EL2", "HSTR_EL2", "VPIDR_EL2", "VMPIDR_EL2", \
      "TPIDR_EL2", "HCRX_EL2"

/// One CPU, written by EL2.
struct launch_cpu {
  uint64_t is_taken;
  uint64_t registers[LAUNCH_REGISTERS];
  uint64_t left_vbar, left_hcr;  ///< When EL2 was left last.
  uint64_t crash_esr, crash_elr, crash_far;
  struct launch_exits exits;
};

#endif
