// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef TRIVET_SIM_H
#define TRIVET_SIM_H

/// A simulated CPU for tests of EL2 code in C: README.md. C11 and C++17.

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct trivet_sim trivet_sim;

/// S<op0>_<op1>_C<n>_C<m>_<op2> of MRS and MSR, as a number.
#define TRIVET_SIM_REGISTER(op0, op1, n, m, op2)                                             \
  ((uint32_t)(op0) << 14 | (uint32_t)(op1) << 11 | (uint32_t)(n) << 7 | (uint32_t)(m) << 3 | \
   (uint32_t)(op2))

typedef enum trivet_sim_domain {
  TRIVET_SIM_NSH = 0,
  TRIVET_SIM_ISH = 1,
  TRIVET_SIM_SY = 2,
} trivet_sim_domain;
typedef enum trivet_sim_maintenance {
  TRIVET_SIM_ALLE1 = 0,
  TRIVET_SIM_ALLE1IS = 1,
  TRIVET_SIM_VMALLS12E1 = 2,
  TRIVET_SIM_VMALLS12E1IS = 3,
  TRIVET_SIM_ALLE2 = 4,
} trivet_sim_maintenance;
typedef enum trivet_sim_line {
  TRIVET_SIM_IRQ = 0,
  TRIVET_SIM_FIQ = 1,
  TRIVET_SIM_SERROR = 2,
} trivet_sim_line;

/// A CPU by its profile, "cortex-a72" or "neoverse-v1" for example. NULL: there is none of that
/// name.
trivet_sim* trivet_sim_new(const char* profile);
void trivet_sim_delete(trivet_sim* sim);

/// Called for each violation. NULL, the default: they are counted alone.
typedef void (*trivet_sim_reporter)(void* context, const char* message);
void trivet_sim_on_violation(trivet_sim* sim, trivet_sim_reporter report, void* context);
unsigned trivet_sim_violations(const trivet_sim* sim);

// Instructions, each followed by what is pending: MRS, MSR, ISB, DSB, TLBI; MRS of DAIF and MSR
// DAIFSet, #15; MSR DAIF.
uint64_t trivet_sim_read(trivet_sim* sim, uint32_t encoding);
void trivet_sim_write(trivet_sim* sim, uint32_t encoding, uint64_t value);
void trivet_sim_isb(trivet_sim* sim);
void trivet_sim_dsb(trivet_sim* sim, trivet_sim_domain domain);
void trivet_sim_tlbi(trivet_sim* sim, trivet_sim_maintenance operation);
uint64_t trivet_sim_daif_mask(trivet_sim* sim);
void trivet_sim_daif_restore(trivet_sim* sim, uint64_t daif);

// For tests: values without checks, an interrupt's line, what stands at an address.
uint64_t trivet_sim_peek(trivet_sim* sim, uint32_t encoding);
void trivet_sim_poke(trivet_sim* sim, uint32_t encoding, uint64_t value);
void trivet_sim_raise(trivet_sim* sim, trivet_sim_line line, int level);
typedef void (*trivet_sim_code)(trivet_sim* sim, uint64_t offset, void* context);
/// 0: 8 are placed, or the range is in use.
int trivet_sim_place(trivet_sim* sim, uint64_t base, uint64_t size, trivet_sim_code code,
                     void* context);

#ifdef __cplusplus
}
#endif

#endif
