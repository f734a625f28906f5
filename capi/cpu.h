// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef TRIVET_CPU_H
#define TRIVET_CPU_H

/// One CPU: percpu/per_cpu.h.

#include <stddef.h>
#include <stdint.h>

#include "capi/objects.h"

#ifdef __cplusplus
extern "C" {
#endif

/// When a guest may run, and which interrupts it takes: percpu/policy.h.
typedef enum trivet_policy {
  TRIVET_POLICY_DEFAULT = 0,       ///< Trivet's vectors from enable to disable.
  TRIVET_POLICY_PER_RUN = 1,       ///< Only while a guest runs: the host's own vectors stay in use.
  TRIVET_POLICY_PASS_THROUGH = 2,  ///< The same, and physical interrupts go to the guest.
  TRIVET_POLICY_HOST_ROUTED = 3,   ///< As DEFAULT, but interrupts go where the host's HCR_EL2 says.
} trivet_policy;

/// Why a run ended: vcpu/exit.h.
typedef enum trivet_reason {
  TRIVET_EXIT_HYPERCALL = 0,
  TRIVET_EXIT_SECURE_MONITOR_CALL = 1,
  TRIVET_EXIT_WAIT_TRAP = 2,
  TRIVET_EXIT_SYSTEM_REGISTER = 3,
  TRIVET_EXIT_IRQ = 4,  ///< A physical interrupt, still pending.
  TRIVET_EXIT_FIQ = 5,
  TRIVET_EXIT_AARCH32 = 6,
  TRIVET_EXIT_OTHER = 7,
  TRIVET_EXIT_DATA_ABORT = 8,
  TRIVET_EXIT_INSTRUCTION_ABORT = 9,
  TRIVET_EXIT_SERROR = 10,
} trivet_reason;

#define TRIVET_HAS_ADDRESS 1u
#define TRIVET_HAS_IPA 2u
typedef struct trivet_exit {
  uint32_t reason;    ///< A trivet_reason.
  uint32_t has;       ///< TRIVET_HAS_...: which addresses the hardware gave; 0 but for aborts.
  uint64_t syndrome;  ///< ESR_EL2, of synchronous exits and SErrors; else 0.
  uint64_t address;   ///< With TRIVET_HAS_ADDRESS: FAR_EL2, the guest's virtual address.
  uint64_t ipa;       ///< With TRIVET_HAS_IPA: its intermediate physical address.
} trivet_exit;

/// Code for what a guest has beyond the base architecture, linked where a trivet_parts names it.
typedef struct trivet_part trivet_part;
extern const trivet_part trivet_vector_part;    ///< TRIVET_FP, _SVE, _SME; _SME needs both.
extern const trivet_part trivet_register_part;  ///< The others, but for the next two; _MOPS: none.
extern const trivet_part trivet_debug_part;     ///< TRIVET_DEBUG.
extern const trivet_part trivet_monitor_part;   ///< TRIVET_PMU.
extern const trivet_part trivet_vhe_part;       ///< Hosts with HCR_EL2.E2H set.
extern const trivet_part trivet_finder_part;    ///< A vector_table whose finder is not TPIDR_EL2.
/// NULL: not linked. A guest, or a create, that needs it is refused: HANDLER_MISSING.
typedef struct trivet_parts {
  const trivet_part* vectors;
  const trivet_part* registers;
  const trivet_part* debug;
  const trivet_part* monitors;
  const trivet_part* vhe;
  const trivet_part* finder;
} trivet_parts;

/// What the vectors and the run loop call. Copied by trivet_cpu_create().
typedef struct trivet_host {
  /// An interrupt of EL2's own: on the CPU, D, A, I and F masked, on the interrupted stack. All of
  /// them leave the FP and SIMD registers alone.
  void (*irq)(trivet_cpu* cpu);
  void (*fiq)(trivet_cpu* cpu);
  void (*serror)(trivet_cpu* cpu);
  /// A synchronous exception from EL2, on the emergency stack of at least 1 KiB: does not return.
  void (*fatal)(trivet_cpu* cpu);
  /// Of trivet_cpu_serve(): returns the vCPU to run next, NULL to end. NULL: not used.
  trivet_vcpu* (*exit)(trivet_cpu* cpu, trivet_vcpu* vcpu, const trivet_exit* exit);
  /// The physical address of an object of Trivet's. NULL: EL2's addresses are physical ones.
  uint64_t (*physical_address)(const void* address);
  /// Its part in a round of trivet_group: a trivet_action of a trivet_operation, by
  /// trivet_cpu_act() and what it adds. A status that is not TRIVET_OK refuses. NULL:
  /// trivet_cpu_act() alone.
  trivet_status (*act)(trivet_cpu* cpu, uint32_t action, uint32_t operation);
  /// How the vectors find the CPU: docs/decisions/0021. NULL: TPIDR_EL2 is Trivet's while enabled.
  const trivet_vector_table* vector_table;
  /// What disable leaves in VBAR_EL2, 2048-byte aligned: of a host that entered EL2 through other
  /// vectors than its own. 0: what enable finds there.
  uint64_t vector_base;
  const trivet_parts* parts;  ///< Of static storage. NULL: none.
  uint32_t policy;            ///< A trivet_policy.
  uint32_t uses_fp;  ///< Not 0: the host uses FP or SIMD registers at EL2 and finds its own after
                     ///< each run.
} trivet_host;

typedef enum trivet_operation { TRIVET_ENABLE = 0, TRIVET_DISABLE = 1 } trivet_operation;
/// allcpus/local_cpu.h.
typedef enum trivet_action {
  TRIVET_PREPARE = 0,  ///< Every check that can fail; changes nothing.
  TRIVET_COMMIT = 1,   ///< The change. After a failure UNDO follows.
  TRIVET_UNDO = 2,     ///< Back to the state before COMMIT, also after a part of it or none.
} trivet_action;

/// More about the last call for a CPU that did not return TRIVET_OK.
typedef struct trivet_error {
  uint32_t status;       ///< A trivet_status.
  uint32_t register_id;  ///< For trivet_register_name().
  uint32_t feature;      ///< For trivet_feature_name().
  uint32_t reserved;
  uint64_t expected;  ///< The register's value, and
  uint64_t got;       ///< what it had.
} trivet_error;

/// Binds `cpu` and a copy of `host` to the CPU with this MPIDR_EL1. `size`: sizeof(trivet_cpu);
/// `abi`: TRIVET_ABI. Anywhere; once, or again after trivet_cpu_hand_over() or trivet_cpu_panic().
/// Errors, nothing changed: WRONG_VERSION, TOO_SMALL, ALREADY_CREATED, HANDLER_MISSING (irq, fiq,
/// serror or fatal is NULL), INVALID_ARGUMENT (policy, vector_base).
trivet_status trivet_cpu_create(trivet_cpu* cpu, size_t size, uint32_t abi, const trivet_host* host,
                                uint64_t mpidr);
/// Turns virtualization on. On the CPU. Errors, nothing changed: as PerCpu::HardwareEnable().
trivet_status trivet_cpu_enable(trivet_cpu* cpu);
/// Turns it off: every register is as enable found it, which is verified. On the CPU. Errors: as
/// PerCpu::HardwareDisable().
trivet_status trivet_cpu_disable(trivet_cpu* cpu);
/// One action of a change in two phases: PREPARE is can_enable or can_disable, COMMIT enable or
/// disable. On the CPU. Errors: theirs, INVALID_ARGUMENT (a value that is none).
trivet_status trivet_cpu_act(trivet_cpu* cpu, uint32_t action, uint32_t operation);
/// 1: enabled. From any CPU.
int trivet_cpu_is_enabled(const trivet_cpu* cpu);
/// The checks of enable and disable alone. On the CPU.
trivet_status trivet_cpu_can_enable(trivet_cpu* cpu);
trivet_status trivet_cpu_can_disable(trivet_cpu* cpu);
/// Compares the live registers with an enabled CPU's. On the CPU. Errors: RESTORE_MISMATCH and
/// those of disable.
trivet_status trivet_cpu_audit(trivet_cpu* cpu);
/// Before a suspend, after it, and after one that did not happen: percpu/README.md, "Life events".
/// On the CPU.
trivet_status trivet_cpu_prepare_suspend(trivet_cpu* cpu);
trivet_status trivet_cpu_resumed(trivet_cpu* cpu);
trivet_status trivet_cpu_suspend_failed(trivet_cpu* cpu);
/// The CPU lost its registers. From any CPU, while it executes nothing of Trivet.
void trivet_cpu_powered_down(trivet_cpu* cpu);
/// EL2 goes to its next owner. On the CPU.
trivet_status trivet_cpu_hand_over(trivet_cpu* cpu);
/// Restores the host's registers from any point of execution. At EL2; cannot fail.
void trivet_cpu_panic(trivet_cpu* cpu);
/// The last error of a call for this CPU. On the CPU.
void trivet_cpu_last_error(const trivet_cpu* cpu, trivet_error* error);
/// Names of what an error has, "HCR_EL2" for example; "none". Never NULL. Anywhere.
const char* trivet_register_name(uint32_t register_id);
const char* trivet_feature_name(uint32_t feature);

/// What a fatal handler finds: vectors/cpu_slot.h.
typedef struct trivet_crash {
  uint64_t x[31];
  uint64_t sp;
  uint64_t elr;
  uint64_t spsr;
  uint64_t esr;
  uint64_t far;
  uint64_t hpfar;
  uint64_t vector;  ///< Offset of the slot taken.
} trivet_crash;
const trivet_crash* trivet_cpu_crash(const trivet_cpu* cpu);

/// One action of a transition. A barrier or TLB maintenance has its instruction in `what`, and both
/// values are 0.
typedef struct trivet_plan_line {
  const char* step;
  const char* what;  ///< The register, or the instruction.
  uint64_t before;
  uint64_t after;
} trivet_plan_line;
typedef void (*trivet_plan_reader)(void* context, const trivet_plan_line* line);
/// What enable or disable would do now, in order; changes nothing. On the CPU, 2 KiB of stack.
/// Errors: those of enable and disable.
trivet_status trivet_cpu_plan_enable(trivet_cpu* cpu, trivet_plan_reader read, void* context);
trivet_status trivet_cpu_plan_disable(trivet_cpu* cpu, trivet_plan_reader read, void* context);

#ifdef __cplusplus
}
#endif

#endif
