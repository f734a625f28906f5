// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/status.h"
#include "percpu/per_cpu_state.h"
#include "vcpu/exception_entry.h"
#include "vcpu/vcpu.h"

namespace trivet::vcpu {

/// Makes `guest` take `exception` at EL1: its frame's PC and PSTATE, and its ELR_EL1, SPSR_EL1,
/// ESR_EL1 and FAR_EL1, on this CPU if they are loaded here, else in registers(). At EL2, between
/// runs, with frame().pc at the instruction that is to blame: 4 below that of an exit by HVC.
/// An SError that PSTATE.A masks is kept: Vcpu::PendSError(), with its errors.
/// Errors, nothing changed: kIllegalGuestState (its PSTATE is not a guest's), kLoadedElsewhere,
/// kLostState, kUnsupportedFeature (the guest has hal::Capability::kGcs, whose PSTATE.EXLOCK is not
/// computed); for a guest that is loaded here kNotEnabled and kWrongCpu.
Status Inject(percpu::PerCpuState& cpu, Vcpu& guest, const GuestException& exception);

/// The same for code without a Vcpu: EL1's registers are on this CPU, and `frame` is that of
/// vectors::EnterGuest(), of EL0 in AArch32 too. PSTATE.EXLOCK becomes 0. Errors, nothing changed:
/// kIllegalGuestState, kUnsupportedFeature (an SError that PSTATE.A masks).
Status InjectHere(vectors::GuestFrame& frame, const GuestException& exception);

}  // namespace trivet::vcpu
