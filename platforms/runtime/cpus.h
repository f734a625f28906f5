#pragma once

#include "hal/status.h"

namespace trivet::platforms {

/// CPUs of the machine, at most kMaxCpus; indices run from 0, the boot CPU, to CpuCount() - 1.
unsigned CpuCount();

/// The index of the CPU that calls. Any EL, any mask state.
unsigned ThisCpuIndex();

/// What a started CPU runs: at EL2 on 16 KiB of its own stack, translation and caches on, DAIF
/// masked, early vectors.
using CpuEntry = void (*)(unsigned cpu, void* argument);

/// Starts `cpu` in `entry`. Returns once the start is accepted, not when it happened. After `entry`
/// returns, the CPU parks with interrupts masked and may be started again.
/// Any running CPU may call. kInvalidArgument: no such CPU, no entry, or that CPU runs (or is about
/// to). kUnsupportedFeature: the firmware refused, or the
/// device tree names no way to start it that is known here.
Status StartCpu(unsigned cpu, CpuEntry entry, void* argument);

}  // namespace trivet::platforms
