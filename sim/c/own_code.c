// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/c/own_code.h"

void open_interrupts_on(trivet_sim *cpu, uint64_t vectors) {
  trivet_sim_write(cpu, VBAR_EL2, vectors);
  trivet_sim_isb(cpu);
  trivet_sim_daif_restore(cpu, 0);
}

// Without its ISB.
void open_interrupts_too_early_on(trivet_sim *cpu, uint64_t vectors) {
  trivet_sim_write(cpu, VBAR_EL2, vectors);
  trivet_sim_daif_restore(cpu, 0);
}

// Without one either: CPTR_EL2 has another layout once E2H is in effect.
void become_vhe_host(trivet_sim *cpu) {
  trivet_sim_write(cpu, HCR_EL2, trivet_sim_read(cpu, HCR_EL2) | UINT64_C(1) << 34);
  trivet_sim_write(cpu, CPTR_EL2, 0);
}
