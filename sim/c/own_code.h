// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef OWN_CODE_H
#define OWN_CODE_H

#include "sim/c/trivet_sim.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VBAR_EL2 TRIVET_SIM_REGISTER(3, 4, 12, 0, 0)
#define HCR_EL2 TRIVET_SIM_REGISTER(3, 4, 1, 1, 0)
#define CPTR_EL2 TRIVET_SIM_REGISTER(3, 4, 1, 1, 2)
#define SCTLR_EL2 TRIVET_SIM_REGISTER(3, 4, 1, 0, 0)

/// Code under test, as a C project has it.
void open_interrupts_on(trivet_sim* cpu, uint64_t vectors);
void open_interrupts_too_early_on(trivet_sim* cpu, uint64_t vectors);
void become_vhe_host(trivet_sim* cpu);

#ifdef __cplusplus
}
#endif

#endif
