// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "percpu/per_cpu_state.h"
#include "vectors/guest_frame.h"

namespace late {

/// A CPU that the kernel has turned off, for the second guest.
struct SecondPlace {
  std::uint64_t cpu;            ///< Linux's number, and
  std::uint64_t mpidr;          ///< its affinity.
  std::uint64_t redistributor;  ///< 128 KiB of registers; the guest has no others.
  std::uint64_t period;         ///< Ticks from beat to beat.
};

/// The second guest, on CPUs of the kernel: one at a time, by the module's calls.

/// Starts it: PSCI's result, or INTERNAL_FAILURE where its stage 2 cannot be made.
std::int64_t StartSecond(const SecondPlace& place);
/// Takes its memory away: its CPU, wherever it is, comes to EL2 and is turned off. On `by`'s CPU.
trivet::Status StopSecond(trivet::percpu::PerCpuState& by);
/// How often its timer has interrupted it.
std::uint64_t BeatsOfSecond();

/// Its first instruction, and its stage 2: on its CPU.
trivet::vectors::GuestFrame FrameOfSecond();
void UseMemoryOfSecond();
/// Its WFI, at EL2, so that it can be stopped while it waits. False: it is.
bool WaitOfSecond();

}  // namespace late
