// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/status.h"

namespace trivet::platforms {

/// CPUs of the machine, at most kMaxCpus; indices run from 0, the boot CPU, to CpuCount() - 1.
unsigned CpuCount();

/// This CPU's index. Any EL, any mask state.
unsigned ThisCpuIndex();

/// The code of a started CPU: at EL2 on 16 KiB of its own stack, translation and caches on, DAIF
/// masked, early vectors.
using CpuEntry = void (*)(unsigned cpu, void* argument);

/// Starts `cpu`, which is stopped, in `entry`. Returns when it has taken the entry, or is parked
/// and about to. After `entry` returns, the CPU parks with interrupts masked and may be started
/// again. Any running CPU may call. kInvalidArgument: no such CPU, no entry, or that CPU runs (is
/// about to, or has not stopped yet). kUnsupportedFeature: the firmware refused, or it has not come
/// within 3 s of the machine's time, which is a line on the console.
Status StartCpu(unsigned cpu, CpuEntry entry, void* argument);

/// Stops this CPU, the boot CPU too: where PSCI starts it by CPU_OFF, else it parks. StartCpu()
/// starts it again, on an empty stack: what its code had on the stack is lost. At EL2, any mask
/// state; the CPU is not enabled by percpu. Does not return.
[[noreturn]] void StopThisCpu();

/// Whether `cpu` is off or parked, so that StartCpu() can start it. Any running CPU may call.
bool IsStopped(unsigned cpu);

}  // namespace trivet::platforms
