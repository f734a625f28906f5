// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "percpu/per_cpu.h"
#include "tests/support/guest_code.h"
#include "tests/support/test_host.h"

/// A machine whose CPUs take turns, each with a host that is enabled, and whose timers count: the
/// simulator, or the board that runs the image.
namespace trivet::tests {

inline constexpr unsigned kTimerCpus = 2;
inline constexpr unsigned kPreemption = 26;  ///< INTID of StartPreemption().
inline constexpr unsigned kNoCpu = ~0u;

/// What a CPU does in its turn; returns the index of the next one, or kNoCpu at the end.
using Turn = unsigned (*)(unsigned cpu, percpu::PerCpu<TestHost>& state, void* argument);

/// CPU 0, the caller's, has the first turn. Returns how many CPUs there are.
unsigned TakeTurns(Turn turn, void* argument);
unsigned TimerCpus();

/// The physical counter; Idle() lets time pass.
std::uint64_t PhysicalCount();
void Idle();
/// An interrupt of this CPU, `ticks` from now, until StopPreemption().
void StartPreemption(unsigned ticks);
void StopPreemption();

/// The guest, at its entry; its vectors are kVectorsOffset behind. With the virtual or the physical
/// timer:
///
///     main:  hvc #1;  msr CVAL, x0;  msr CTL, x1;  isb;  b .
///     IRQ:   mrs x2, ICC_IAR1_EL1;  hvc #2;  msr CTL, xzr;  isb;  msr ICC_EOIR1_EL1, x2;  hvc #3
GuestCode PlaceTimerGuest(bool physical);
inline constexpr std::uint64_t kVectorsOffset = 0x800, kWaitOffset = 16;

}  // namespace trivet::tests
