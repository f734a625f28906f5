// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef TRIVET_EL1_H
#define TRIVET_EL1_H

/// EL1 as it is, without a trivet_vcpu: for a kernel that runs there before trivet_cpu_enable() and
/// goes on as the guest. Its registers stay on the CPU. Its stage 2 is what VTCR_EL2 and VTTBR_EL2
/// have, which the caller writes after each enable: that leaves one that maps nothing, with which
/// trivet_cpu_audit() compares.

#include "capi/cpu.h"
#include "capi/objects.h"
#include "capi/vcpu.h"

#ifdef __cplusplus
extern "C" {
#endif

/// EL1's general registers between calls of trivet_cpu_enter(). All zero after trivet_cpu_create().
trivet_frame* trivet_cpu_frame(trivet_cpu* cpu);
/// Returns to where the frame says, until an exit. On the CPU; interrupts are masked at EL2 for the
/// time. Errors, nothing was entered and *exit is as before: NOT_ENABLED, WRONG_CPU,
/// ILLEGAL_GUEST_STATE (the frame's pstate), LOADED_ELSEWHERE (a trivet_vcpu's registers are on the
/// CPU), UNSUPPORTED_HOST (registers of EL2 are switched for each run: by the policy, or because
/// HCR_EL2 has E2H or TGE, or the host takes interrupts with Superpriority).
trivet_status trivet_cpu_enter(trivet_cpu* cpu, trivet_exit* exit);
/// Makes EL1 take an exception, for the instruction at the frame's PC, of EL0 in AArch32 too. On
/// the CPU, after trivet_cpu_enter(). Errors, nothing changed: those of trivet_cpu_enter(),
/// INVALID_ARGUMENT, UNSUPPORTED_FEATURE (an SError that PSTATE.A masks).
trivet_status trivet_cpu_inject(trivet_cpu* cpu, const trivet_exception* exception);

#ifdef __cplusplus
}
#endif

#endif
