// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef TRIVET_VCPU_H
#define TRIVET_VCPU_H

/// A guest's CPU: vcpu/vcpu.h.

#include <stddef.h>
#include <stdint.h>

#include "capi/cpu.h"
#include "capi/objects.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What a guest has beyond the base architecture: docs/guest_view.md.
typedef enum trivet_capability {
  TRIVET_FP = 1 << 2,
  TRIVET_SVE = 1 << 3,
  TRIVET_SME = 1 << 4,
  TRIVET_POINTER_AUTHENTICATION = 1 << 5,
  TRIVET_MTE = 1 << 6,
  TRIVET_PMU = 1 << 7,
  TRIVET_PHYSICAL_TIMER = 1 << 8,
  TRIVET_INTERRUPT_INTERFACE = 1 << 9,
  TRIVET_MOPS = 1 << 10,
  TRIVET_GCS = 1 << 11,
  TRIVET_TRANSLATION2 = 1 << 12,
  TRIVET_POE = 1 << 13,
  TRIVET_DEBUG = 1 << 14,
  TRIVET_SOFTWARE_CONTEXT = 1 << 15,
} trivet_capability;

typedef struct trivet_vcpu_config {
  uint64_t
      entry;  ///< Virtual address of the first instruction: EL1h, MMU off, D, A, I and F masked.
  uint64_t argument;  ///< x0 there; the other registers are 0.
  uint64_t vtcr;      ///< VTCR_EL2 and VTTBR_EL2: of trivet_memory, or of tables of the caller's.
  uint64_t vttbr;
  uint64_t traps;                 ///< Further bits of HCR_EL2, TWI for example.
  uint64_t mpidr;                 ///< What the guest reads as MPIDR_EL1.
  uint64_t counter_offset;        ///< CNTVCT_EL0 is the physical count less this.
  trivet_interrupts* interrupts;  ///< NULL: none.
  void* sve_memory;               ///< With TRIVET_SVE: 546 bytes a granule, 16-byte aligned.
  void* sme_memory;       ///< With TRIVET_SME: 256 bytes a granule squared, 64, and 546 a granule.
  uint32_t sve_granules;  ///< The longest vector, in units of 128 bits: 1 to 16.
  uint32_t sme_granules;  ///< The same of streaming vectors, a power of two.
  uint32_t open;          ///< Of trivet_capability.
  uint32_t translates_faults;  ///< Not 0: permission faults have their IPA, where stage 1 maps the
                               ///< address.
} trivet_vcpu_config;

/// General registers between runs.
typedef struct trivet_frame {
  uint64_t x[31];
  uint64_t pc;
  uint64_t pstate;  ///< SPSR_EL2: EL0 or EL1 in AArch64, or the guest does not run.
} trivet_frame;

/// What a guest's EL1 takes.
typedef enum trivet_exception_kind {
  TRIVET_UNDEFINED = 0,
  TRIVET_DATA_ABORT = 1,         ///< External; `address`, `is_write`.
  TRIVET_INSTRUCTION_ABORT = 2,  ///< External; `address`.
  TRIVET_SERROR = 3,             ///< `iss`
} trivet_exception_kind;
typedef struct trivet_exception {
  uint32_t kind;
  uint32_t iss;
  uint64_t address;
  uint32_t is_write;
  uint32_t reserved;
} trivet_exception;

/// Anywhere, before its first run and after trivet_vcpu_unload(). Errors, nothing changed:
/// WRONG_VERSION, TOO_SMALL, INVALID_ARGUMENT (a bit of `open` that is none, granules).
trivet_status trivet_vcpu_create(trivet_vcpu* vcpu, size_t size, uint32_t abi,
                                 const trivet_vcpu_config* config);
/// Runs the guest on the CPU until an exit. Errors, the guest did not run and *exit is as before:
/// as Vcpu::Run().
trivet_status trivet_vcpu_run(trivet_vcpu* vcpu, trivet_cpu* cpu, trivet_exit* exit);
/// The same for a caller that has D, A, I and F masked.
trivet_status trivet_vcpu_run_masked(trivet_vcpu* vcpu, trivet_cpu* cpu, trivet_exit* exit);
/// Runs a vCPU that has trivet_interrupts: with what other CPUs have posted.
trivet_status trivet_vcpu_run_with(trivet_vcpu* vcpu, trivet_interrupts* interrupts,
                                   trivet_cpu* cpu, trivet_exit* exit);
/// For hypervisors whose vCPUs do not return: runs `vcpu`, calls host.exit with each exit,
/// interrupts masked, and runs the vCPU that it returns, on one stack frame, with SP_EL2 constant
/// meanwhile. Interrupts of the host are unmasked for a moment after TRIVET_EXIT_IRQ and
/// TRIVET_EXIT_FIQ, before the call. Returns TRIVET_OK after NULL. On the CPU. Errors: as
/// trivet_vcpu_run(), HANDLER_MISSING (host.exit is NULL).
trivet_status trivet_cpu_serve(trivet_cpu* cpu, trivet_vcpu* vcpu);
/// Takes its registers off the CPU: before it runs on another one, or its memory is used for
/// something else.
trivet_status trivet_vcpu_unload(trivet_vcpu* vcpu, trivet_cpu* cpu);
/// Its general registers: read and written between runs.
trivet_frame* trivet_vcpu_frame(trivet_vcpu* vcpu);
/// A register of EL1 or EL0, while no CPU has them loaded, by its encoding: op0 << 14 | op1 << 11 |
/// CRn << 7 | CRm << 3 | op2. Errors: INVALID_ARGUMENT (not one of the base architecture's that a
/// guest has), LOADED_ELSEWHERE.
trivet_status trivet_vcpu_read(const trivet_vcpu* vcpu, uint32_t encoding, uint64_t* value);
trivet_status trivet_vcpu_write(trivet_vcpu* vcpu, uint32_t encoding, uint64_t value);
/// HCR_EL2 on the CPU that loaded it last; 0 before that.
uint64_t trivet_vcpu_hcr(const trivet_vcpu* vcpu);
/// Advances PC past the instruction that caused `exit`.
void trivet_vcpu_skip(trivet_vcpu* vcpu, const trivet_exit* exit);
/// Makes it take an exception. On the CPU, between runs. Errors, nothing changed: as
/// vcpu::Inject(), INVALID_ARGUMENT.
trivet_status trivet_vcpu_inject(trivet_vcpu* vcpu, trivet_cpu* cpu,
                                 const trivet_exception* exception);

#ifdef __cplusplus
}
#endif

#endif
