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

/// Starts `cpu` in `entry`. Returns when the start is accepted, before it has happened. After
/// `entry` returns, the CPU parks with interrupts masked and may be started again. Any running CPU
/// may call. kInvalidArgument: no such CPU, no entry, or that CPU runs (or is about to).
/// kUnsupportedFeature: the firmware refused, or the device tree names no known method to start it.
Status StartCpu(unsigned cpu, CpuEntry entry, void* argument);

}  // namespace trivet::platforms
